// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe's questions to the files that a program in a Xen guest has besides
 * xenstore's: /dev/xen/{evtchn,gntalloc,gntdev,privcmd}, /proc/xen and
 * /sys/hypervisor. Their drivers are the kernel's own; what they say is what
 * the hypervisor has told them.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe.h"

#define PAGE_BYTES	4096
#define GUEST		1
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* include/uapi/xen/{evtchn,gntalloc,gntdev,privcmd}.h of the kernel. The C
 * library makes an int of a request.
 */
static long io(int fd, char type, unsigned int nr, size_t size, void *arg)
{
	return syscall(16, fd, _IOC(_IOC_NONE, type, nr, size), arg);
}

static void file_cases(void)
{
	static const char *const files[] = {
		"/dev/xen/xenbus", "/dev/xen/evtchn", "/dev/xen/gntalloc",
		"/dev/xen/gntdev", "/dev/xen/privcmd", "/dev/xen/hypercall",
		"/proc/xen/capabilities", "/proc/xen/xenbus", "/proc/xen/privcmd",
		"/proc/xen/xsd_kva", "/proc/xen/xsd_port", "/proc/xen/balloon",
		"/sys/hypervisor/type", "/sys/hypervisor/guest_type",
		"/sys/hypervisor/uuid", "/sys/hypervisor/pmu",
		"/sys/hypervisor/version/major", "/sys/hypervisor/version/minor",
		"/sys/hypervisor/version/extra",
		"/sys/hypervisor/properties/buildid",
		"/sys/hypervisor/properties/capabilities",
		"/sys/hypervisor/properties/changeset",
		"/sys/hypervisor/properties/features",
		"/sys/hypervisor/properties/pagesize",
		"/sys/hypervisor/properties/virtual_start",
		"/sys/hypervisor/compilation/compiler",
		"/sys/bus/xen/drivers", "/sys/bus/xen-backend", "/sys/devices/system/xen_memory",
		"/sys/devices/virtual/misc/xen!xenbus",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(files); i++) {
		struct stat st;
		long rc = stat(files[i], &st);
		int fd = -1;

		say("file %s = %s; type %o mode %o", files[i], outcome(rc),
		    rc ? 0 : st.st_mode >> 12, rc ? 0 : st.st_mode & 07777);
		if (!rc && !S_ISDIR(st.st_mode))
			fd = open(files[i], O_RDONLY);
		if (fd < 0)
			continue;
		/* xenbus waits for a message; the others are the host's own. */
		if (S_ISREG(st.st_mode) && !strstr(files[i], "xenbus") &&
		    !strstr(files[i], "uuid") && !strstr(files[i], "compil") &&
		    !strstr(files[i], "pmu")) {
			char text[200] = "";
			ssize_t n = read(fd, text, sizeof(text) - 1);

			text[n > 0 ? n : 0] = '\0';
			text[strcspn(text, "\n")] = '\0';
			say("content of %s = %s; \"%s\"", files[i],
			    n < 0 ? outcome(-1) : n ? "some" : "none", text);
		}
		close(fd);
	}
}

/*
 * evtchn
 */

static unsigned int ev_bind(int fd, unsigned int nr, const char *name, unsigned int a,
			    unsigned int b)
{
	unsigned int arg[2] = { a, b };
	long rc = io(fd, 'E', nr, nr == 1 ? 8 : 4, arg);

	say("evtchn %s %u %u = %s", name, a, b, rc > 0 ? "a port" : outcome(rc));
	return rc > 0 ? rc : 0;
}

static void ev_port(int fd, unsigned int nr, const char *name, unsigned int port,
		    const char *which)
{
	say("evtchn %s %s = %s", name, which, outcome(io(fd, 'E', nr, 4, &port)));
}

static void evtchn_device_cases(void)
{
	int fd = open("/dev/xen/evtchn", O_RDWR | O_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT };
	unsigned int own, other, got[4] = { 0 };
	unsigned short domid;
	long rc;

	say("evtchn open = %s", fd < 0 ? outcome(-1) : "0");
	for (unsigned int virq = 0; virq < 26; virq++) {
		unsigned int port = ev_bind(fd, 0, "BIND_VIRQ", virq, 0);

		if (port) {
			char which[16];

			snprintf(which, sizeof(which), "virq %u", virq);
			ev_port(fd, 4, "NOTIFY", port, which);
			ev_port(fd, 3, "UNBIND", port, which);
		}
	}
	ev_bind(fd, 0, "BIND_VIRQ", 99, 0);
	ev_bind(fd, 2, "BIND_UNBOUND_PORT", 0, 0);
	ev_bind(fd, 2, "BIND_UNBOUND_PORT", 77, 0);
	ev_bind(fd, 2, "BIND_UNBOUND_PORT", 0x7ff1, 0);
	own = ev_bind(fd, 2, "BIND_UNBOUND_PORT", GUEST, 0);
	ev_bind(fd, 1, "BIND_INTERDOMAIN", 0, 0);
	ev_bind(fd, 1, "BIND_INTERDOMAIN", 0, 4000);
	ev_bind(fd, 1, "BIND_INTERDOMAIN", 77, 1);
	ev_bind(fd, 1, "BIND_INTERDOMAIN", GUEST, 0);
	ev_bind(fd, 1, "BIND_INTERDOMAIN", GUEST, 4000000000U);
	{
		unsigned int arg[2] = { GUEST, own };

		rc = io(fd, 'E', 1, 8, arg);
		other = rc > 0 ? rc : 0;
		say("evtchn BIND_INTERDOMAIN good = %s", rc > 0 ? "a port" : outcome(rc));
	}
	/* A new binding is pending at once. */
	usleep(20000);
	rc = read(fd, got, sizeof(got));
	say("evtchn read after the binding = %s; the other %d", outcome(rc),
	    got[0] == other);
	rc = write(fd, &other, 4);
	say("evtchn write unmasks = %s", outcome(rc));
	ev_port(fd, 4, "NOTIFY", other, "the other");
	usleep(20000);
	rc = poll(&p, 1, 100);
	say("evtchn poll = %s; %#x", outcome(rc), p.revents);
	rc = read(fd, got, sizeof(got));
	say("evtchn read = %s; own %d", outcome(rc), got[0] == own);
	rc = read(fd, got, sizeof(got));
	say("evtchn read again = %s", outcome(rc));
	rc = read(fd, got, 3);
	say("evtchn read 3 bytes = %s", outcome(rc));
	rc = write(fd, got, 3);
	say("evtchn write 3 bytes = %s", outcome(rc));
	got[0] = 4000000000U;
	rc = write(fd, got, 4);
	say("evtchn write a port that is none = %s", outcome(rc));
	ev_port(fd, 4, "NOTIFY", 4000000000U, "none");
	ev_port(fd, 4, "NOTIFY", 1, "the kernel's");
	ev_port(fd, 3, "UNBIND", 4000000000U, "none");
	ev_port(fd, 3, "UNBIND", 1, "the kernel's");
	ev_port(fd, 3, "UNBIND", other, "the other");
	ev_port(fd, 4, "NOTIFY", own, "own");
	say("evtchn RESET = %s", outcome(io(fd, 'E', 5, 0, NULL)));
	domid = 0;
	say("evtchn RESTRICT_DOMID 0 = %s", outcome(io(fd, 'E', 6, 2, &domid)));
	say("evtchn RESTRICT_DOMID again = %s", outcome(io(fd, 'E', 6, 2, &domid)));
	ev_bind(fd, 0, "restricted BIND_VIRQ", 3, 0);
	ev_bind(fd, 2, "restricted BIND_UNBOUND_PORT", 0, 0);
	ev_bind(fd, 2, "restricted BIND_UNBOUND_PORT", 5, 0);
	for (unsigned int nr = 7; nr < 10; nr++)
		say("evtchn ioctl %u = %s", nr, outcome(io(fd, 'E', nr, 4, &domid)));
	close(fd);
}

/*
 * gntalloc and gntdev
 */

struct alloc_gref {
	uint16_t domid, flags;
	uint32_t count;
	uint64_t index;
	uint32_t refs[4];
};

static void gntalloc_cases(int fd, struct alloc_gref *keep)
{
	static const struct {
		const char *name;
		uint16_t domid, flags;
		uint32_t count;
	} cases[] = {
		{ "none", 0, 0, 0 }, { "one read-only", 0, 0, 1 },
		{ "one", 0, 1, 1 }, { "four", 0, 1, 4 },
		{ "for a domain that is none", 77, 1, 1 },
		{ "for itself", GUEST, 1, 1 }, { "too many", 0, 1, 2000 },
		{ "all", 0, 1, 0xffffffff },
	};
	struct {
		uint64_t index;
		uint32_t count;
		uint32_t pad;
	} d;

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct alloc_gref a = { cases[i].domid, cases[i].flags, cases[i].count, 0,
					{ 0 } };
		long rc = io(fd, 'G', 5, 24, &a);

		say("gntalloc ALLOC %s = %s; a reference %d", cases[i].name, outcome(rc),
		    !!a.refs[0]);
		if (rc)
			continue;
		d.index = a.index;
		d.count = cases[i].count;
		say("gntalloc DEALLOC %s = %s", cases[i].name,
		    outcome(io(fd, 'G', 6, 16, &d)));
		say("gntalloc DEALLOC %s again = %s", cases[i].name,
		    outcome(io(fd, 'G', 6, 16, &d)));
	}
	/* For copies to itself */
	*keep = (struct alloc_gref){ GUEST, 1, 1, 0, { 0 } };
	say("gntalloc ALLOC to keep = %s", outcome(io(fd, 'G', 5, 24, keep)));
	for (unsigned int nr = 7; nr < 10; nr++) {
		uint64_t zero[4] = { 0 };

		say("gntalloc ioctl %u = %s", nr, outcome(io(fd, 'G', nr, 16, zero)));
	}
}

struct copy_segment {
	union {
		uint64_t virt;
		struct {
			uint32_t ref;
			uint16_t offset, domid;
		} foreign;
	} source, dest;
	uint16_t len, flags;
	int16_t status;
};

static void gntdev_copy_cases(int fd, const struct alloc_gref *own, char *granted)
{
	static const struct {
		const char *name;
		int ref, wild;
		uint16_t domid, offset, len;
	} cases[] = {
		{ "good", 1, 0, GUEST, 0, 64 },
		{ "whole page", 1, 0, GUEST, 0, 4096 },
		{ "nothing", 1, 0, GUEST, 0, 0 },
		{ "over the end", 1, 0, GUEST, 4090, 64 },
		{ "of domain 0", 1, 0, 0, 0, 64 },
		{ "of no domain", 1, 0, 77, 0, 64 },
		{ "of a reference that is none", 2, 0, GUEST, 0, 64 },
		{ "to an address that is none", 1, 1, GUEST, 0, 64 },
		{ "without a reference", 0, 0, GUEST, 0, 64 },
	};
	char *local = aligned_alloc(PAGE_BYTES, PAGE_BYTES);

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct copy_segment s = { 0 };
		struct {
			uint32_t count;
			struct copy_segment *segments;
		} c = { 1, &s };
		long rc;

		memset(local, 0x11, PAGE_BYTES);
		memset(granted, 0x22, PAGE_BYTES);
		s.source.foreign.domid = cases[i].domid;
		s.source.foreign.offset = cases[i].offset;
		s.source.foreign.ref = cases[i].ref == 1 ? own->refs[0] : 0x7fffffff;
		if (!cases[i].ref)
			s.source.virt = (uintptr_t)granted;
		s.dest.virt = cases[i].wild ? 0x1000 : (uintptr_t)local;
		s.len = cases[i].len;
		s.flags = cases[i].ref ? 1 : 0;
		s.status = 99;
		rc = io(fd, 'G', 8, 16, &c);
		say("gntdev COPY %s = %s; status %d, first byte %02x", cases[i].name,
		    outcome(rc), s.status, local[0]);
	}
	free(local);
}

static void gntdev_cases(void)
{
	int alloc = open("/dev/xen/gntalloc", O_RDWR);
	int fd = open("/dev/xen/gntdev", O_RDWR);
	struct {
		uint32_t count, pad;
		uint64_t index;
		struct {
			uint32_t domid, ref;
		} refs[2];
	} m;
	struct {
		uint64_t vaddr, offset;
		uint32_t count, pad;
	} where;
	struct alloc_gref own;
	uint64_t unmap[2];
	uint32_t max = 1;
	char *granted;
	void *p;
	long rc;

	say("gntalloc open = %s", alloc < 0 ? outcome(-1) : "0");
	say("gntdev open = %s", fd < 0 ? outcome(-1) : "0");
	gntalloc_cases(alloc, &own);
	granted = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, alloc, own.index);
	say("gntalloc mmap = %s", granted == MAP_FAILED ? outcome(-1) : "0");
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, alloc, 1UL << 40);
	say("gntalloc mmap of none = %s", p == MAP_FAILED ? outcome(-1) : "0");
	if (granted != MAP_FAILED)
		gntdev_copy_cases(fd, &own, granted);

	/* Never a reference of the guest's own: that is its end on Xen. */
	memset(&m, 0, sizeof(m));
	m.count = 1;
	m.refs[0].ref = 0x7fffffff;
	rc = io(fd, 'G', 0, 24, &m);
	say("gntdev MAP of domain 0's = %s", outcome(rc));
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, m.index);
	say("gntdev mmap of domain 0's = %s", p == MAP_FAILED ? outcome(-1) : "0");
	if (p != MAP_FAILED)
		munmap(p, PAGE_BYTES);
	unmap[0] = m.index;
	unmap[1] = 1;
	say("gntdev UNMAP = %s", outcome(io(fd, 'G', 1, 16, unmap)));
	say("gntdev UNMAP again = %s", outcome(io(fd, 'G', 1, 16, unmap)));
	m.refs[0].domid = 77;
	rc = io(fd, 'G', 0, 24, &m);
	say("gntdev MAP of no domain's = %s", outcome(rc));
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, m.index);
	say("gntdev mmap of no domain's = %s", p == MAP_FAILED ? outcome(-1) : "0");
	m.count = 0;
	say("gntdev MAP of nothing = %s", outcome(io(fd, 'G', 0, 24, &m)));
	m.count = 0xffffffff;
	say("gntdev MAP of too many = %s", outcome(io(fd, 'G', 0, 24, &m)));
	memset(&where, 0, sizeof(where));
	where.vaddr = (uintptr_t)&where;
	say("gntdev GET_OFFSET of none = %s", outcome(io(fd, 'G', 2, 24, &where)));
	say("gntdev SET_MAX = %s", outcome(io(fd, 'G', 3, 4, &max)));
	for (unsigned int nr = 4; nr < 14; nr++) {
		uint64_t zero[8] = { 0 };

		if (nr != 8)
			say("gntdev ioctl %u = %s", nr, outcome(io(fd, 'G', nr, 16, zero)));
	}
	if (granted != MAP_FAILED)
		munmap(granted, PAGE_BYTES);
	close(fd);
	close(alloc);
}

static void privcmd_cases(void)
{
	int fd = open("/dev/xen/privcmd", O_RDWR);
	unsigned short domid = 5;
	uint64_t zero[8];
	void *p;

	say("privcmd open = %s", fd < 0 ? outcome(-1) : "0");
	for (unsigned int nr = 1; nr < 12; nr++) {
		static const size_t sizes[] = { 0, 0, 16, 24, 32, 16, 2, 32, 0, 0, 0, 0 };

		if (nr == 6)
			continue;
		memset(zero, 0, sizeof(zero));
		say("privcmd ioctl %u = %s", nr,
		    outcome(io(fd, 'P', nr, sizes[nr], zero)));
	}
	p = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	say("privcmd mmap = %s", p == MAP_FAILED ? outcome(-1) : "0");
	say("privcmd RESTRICT = %s", outcome(io(fd, 'P', 6, 2, &domid)));
	domid = 6;
	say("privcmd RESTRICT to another = %s", outcome(io(fd, 'P', 6, 2, &domid)));
	memset(zero, 0, sizeof(zero));
	zero[0] = 17;
	say("privcmd restricted hypercall = %s", outcome(io(fd, 'P', 0, 48, zero)));
	domid = 77;
	{
		struct {
			uint16_t dom, num;
			uint32_t pad;
			uint64_t buffers;
		} d = { 5, 0, 0, 0 };

		say("privcmd restricted DM_OP = %s", outcome(io(fd, 'P', 5, 16, &d)));
		d.dom = 77;
		say("privcmd restricted DM_OP of another = %s",
		    outcome(io(fd, 'P', 5, 16, &d)));
	}
	close(fd);
}

void device_cases(void)
{
	file_cases();
	evtchn_device_cases();
	gntdev_cases();
	privcmd_cases();
}
