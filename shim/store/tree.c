// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a toolstack puts into the store before a PVH guest runs: the nodes and
 * permissions that a PVH guest of Xen 4.17 and xl finds, without those that
 * belong to parts this host does not have. Devices come with their back ends.
 *
 * Locking: the caller serialises, as for all of the store (core.h). Process
 * context.
 */
#include <linux/cpumask.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/utsname.h>
#include <linux/uuid.h>

#include "../version.h"
#include "core.h"
#include "tree.h"

#define TREE_PATH	128

/* Who may use a node; the guest's number is put in when it is made. */
enum owner {
	DOM0,		/* domain 0 alone */
	GUEST_READS,	/* domain 0's, the guest reads */
	GUEST,		/* the guest's, nobody else */
	INHERIT,	/* what the node above has */
};

struct tree_node {
	const char *path;
	enum owner owner;
	const char *value;
};

static const struct tree_node host_nodes[] = {
	{ "/tool", DOM0, "" },
	{ "/vm", DOM0, "" },
	{ "/local/domain/0", DOM0, "" },
	{ "/local/domain/0/name", INHERIT, "Domain-0" },
	{ "/local/domain/0/domid", INHERIT, "0" },
	{ "/local/domain/0/backend", INHERIT, "" },
};

/* Below the guest's home. The guest's kernel writes the feature nodes. */
static const struct tree_node home_nodes[] = {
	{ "", GUEST_READS, "" },
	{ "/cpu", INHERIT, "" },
	{ "/memory", INHERIT, "" },
	{ "/memory/videoram", INHERIT, "0" },
	{ "/store", INHERIT, "" },
	{ "/control", INHERIT, "" },
	{ "/control/shutdown", GUEST, "" },
	{ "/control/sysrq", GUEST, "" },
	{ "/control/feature-poweroff", GUEST, "" },
	{ "/control/feature-reboot", GUEST, "" },
	{ "/control/feature-suspend", GUEST, "" },
	{ "/control/platform-feature-multiprocessor-suspend", INHERIT, "1" },
	{ "/control/platform-feature-xs_reset_watches", INHERIT, "1" },
	{ "/device", INHERIT, "" },
	{ "/device/suspend", INHERIT, "" },
	{ "/device/suspend/event-channel", GUEST, "" },
	{ "/attr", GUEST, "" },
	{ "/data", GUEST, "" },
	{ "/drivers", GUEST, "" },
	{ "/error", GUEST, "" },
	{ "/feature", GUEST, "" },
};

/* A maker of nodes that does nothing more after its first error. */
struct maker {
	struct xhv_xs_conn *conn;
	u32 domid;
	int err;
};

static void make(struct maker *m, const char *path, enum owner owner,
		 const char *value)
{
	struct xhv_xs_perm perms[2] = { };
	unsigned int nr = 1;

	if (!m->err)
		m->err = xhv_xs_write(m->conn, path, value, strlen(value));
	if (m->err || owner == INHERIT)
		return;
	if (owner == GUEST)
		perms[0].domid = m->domid;
	if (owner == GUEST_READS) {
		perms[1].domid = m->domid;
		perms[1].access = XHV_XS_READ;
		nr = 2;
	}
	m->err = xhv_xs_set_perms(m->conn, path, perms, nr);
}

static __printf(3, 4)
void make_home(struct maker *m, const char *name, const char *fmt, ...)
{
	char path[TREE_PATH], value[TREE_PATH];
	va_list ap;

	snprintf(path, sizeof(path), "/local/domain/%u%s", m->domid, name);
	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	make(m, path, INHERIT, value);
}

/*
 * A CPU that is only possible may come later; one that the guest has taken
 * offline itself is still given to it.
 */
static void make_cpus(struct maker *m)
{
	char name[TREE_PATH];
	unsigned int cpu;

	for_each_possible_cpu(cpu) {
		snprintf(name, sizeof(name), "/cpu/%u/availability", cpu);
		make_home(m, name, "%s",
			  cpu_present(cpu) ? "online" : "offline");
	}
}

static void make_vm(struct maker *m, const char *name)
{
	s64 start = ktime_get_real_ns() - ktime_get_boottime_ns();
	char path[TREE_PATH], value[TREE_PATH], uuid[UUID_STRING_LEN + 1];

	snprintf(uuid, sizeof(uuid), "%pUb", xhv_version_uuid());
	snprintf(path, sizeof(path), "/vm/%s", uuid);
	make_home(m, "/vm", "%s", path);
	make(m, path, GUEST_READS, "");

	snprintf(path, sizeof(path), "/vm/%s/uuid", uuid);
	make(m, path, INHERIT, uuid);
	snprintf(path, sizeof(path), "/vm/%s/name", uuid);
	make(m, path, INHERIT, name);
	snprintf(path, sizeof(path), "/vm/%s/start_time", uuid);
	snprintf(value, sizeof(value), "%lld.%02lld", start / NSEC_PER_SEC,
		 start % NSEC_PER_SEC / (NSEC_PER_SEC / 100));
	make(m, path, INHERIT, value);
}

int xhv_tree_build(struct xhv_xs_conn *dom0, u32 domid)
{
	/* What a PVH guest has is all memory that its memory map gives it. */
	unsigned long long kib = (u64)get_num_physpages() << (PAGE_SHIFT - 10);
	const char *host = init_utsname()->nodename;
	struct maker m = { .conn = dom0, .domid = domid };
	char path[TREE_PATH], name[__NEW_UTS_LEN + 1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(host_nodes); i++)
		make(&m, host_nodes[i].path, host_nodes[i].owner,
		     host_nodes[i].value);
	for (i = 0; i < ARRAY_SIZE(home_nodes); i++) {
		snprintf(path, sizeof(path), "/local/domain/%u%s", domid,
			 home_nodes[i].path);
		make(&m, path, home_nodes[i].owner, home_nodes[i].value);
	}

	/* Early in boot the host name is not set yet: then named like dom0. */
	if (!*host || *host == '(')
		snprintf(name, sizeof(name), "Domain-%u", domid);
	else
		strscpy(name, host, sizeof(name));
	make_home(&m, "/name", "%s", name);
	make_home(&m, "/domid", "%u", domid);
	make_home(&m, "/memory/static-max", "%llu", kib);
	make_home(&m, "/memory/target", "%llu", kib);
	make_cpus(&m);
	make_vm(&m, name);
	return m.err;
}

int xhv_tree_set_store(struct xhv_xs_conn *dom0, u32 domid, u32 port, u64 gfn)
{
	struct maker m = { .conn = dom0, .domid = domid };

	make_home(&m, "/store/port", "%u", port);
	make_home(&m, "/store/ring-ref", "%llu", gfn);
	return m.err;
}
