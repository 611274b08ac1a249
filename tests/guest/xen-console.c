// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other end of a Xen guest's console, in domain 0: joins it to a virtio
 * port of the rig.
 *
 *   xen-console DOMAIN EVENT-PORT VIRTIO-PORT
 *
 * Instead of xenconsoled, which looks at a guest's console at most 150 times a
 * second, when the kernel may have moved 16 bytes. The ring: public/io/console.h.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <xenevtchn.h>
#include <xengnttab.h>
#include <xen/grant_table.h>
#include <xen/io/console.h>

static void die(const char *what)
{
	fprintf(stderr, "xen-console: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* From the guest to the port, as much as there is. Returns the bytes moved. */
static unsigned int move_out(struct xencons_interface *ring, int to)
{
	XENCONS_RING_IDX cons = ring->out_cons;
	XENCONS_RING_IDX prod = __atomic_load_n(&ring->out_prod, __ATOMIC_ACQUIRE);
	unsigned int have = prod - cons, done = 0;
	char buf[sizeof(ring->out)];

	if (have > sizeof(buf))
		have = sizeof(buf);
	for (unsigned int i = 0; i < have; i++)
		buf[i] = ring->out[MASK_XENCONS_IDX(cons + i, ring->out)];
	__atomic_store_n(&ring->out_cons, cons + have, __ATOMIC_RELEASE);
	while (done < have) {
		ssize_t n = write(to, buf + done, have - done);

		if (n > 0)
			done += n;
		else if (n < 0 && errno == EAGAIN)
			poll(&(struct pollfd){ .fd = to, .events = POLLOUT }, 1, -1);
		else if (n < 0 && errno != EINTR)
			die("write");
	}
	return have;
}

static unsigned int room(struct xencons_interface *ring)
{
	XENCONS_RING_IDX cons = __atomic_load_n(&ring->in_cons, __ATOMIC_ACQUIRE);
	unsigned int used = ring->in_prod - cons;

	return used < sizeof(ring->in) ? sizeof(ring->in) - used : 0;
}

/* From the port to the guest. Returns the bytes moved. */
static unsigned int move_in(struct xencons_interface *ring, int from)
{
	XENCONS_RING_IDX prod = ring->in_prod;
	char buf[sizeof(ring->in)];
	ssize_t n = read(from, buf, room(ring));

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		die("read");
	if (n <= 0)
		return 0;
	for (ssize_t i = 0; i < n; i++)
		ring->in[MASK_XENCONS_IDX(prod + i, ring->in)] = buf[i];
	__atomic_store_n(&ring->in_prod, prod + n, __ATOMIC_RELEASE);
	return n;
}

int main(int argc, char **argv)
{
	struct xencons_interface *ring;
	xengnttab_handle *grants;
	xenevtchn_handle *events;
	int domain, event, port;

	if (argc != 4)
		return 2;
	domain = atoi(argv[1]);
	port = open(argv[3], O_RDWR | O_NONBLOCK);
	if (port < 0)
		die(argv[3]);
	grants = xengnttab_open(NULL, 0);
	if (!grants)
		die("gntdev");
	/* The toolstack has granted the page to domain 0. */
	ring = xengnttab_map_grant_ref(grants, domain, GNTTAB_RESERVED_CONSOLE,
				       PROT_READ | PROT_WRITE);
	if (!ring)
		die("console page");
	events = xenevtchn_open(NULL, 0);
	if (!events)
		die("evtchn");
	event = xenevtchn_bind_interdomain(events, domain, atoi(argv[2]));
	if (event < 0)
		die("console event");
	for (;;) {
		struct pollfd p[] = {
			{ .fd = xenevtchn_fd(events), .events = POLLIN },
			/* Without room there is an event when there is some. */
			{ .fd = room(ring) ? port : -1, .events = POLLIN },
		};

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[0].revents) {
			int pending = xenevtchn_pending(events);

			/*
			 * The guest sends one for each 16 bytes. Masked they
			 * cost no change of domains; the ring holds 2 KiB.
			 */
			usleep(500);
			if (pending < 0 || xenevtchn_unmask(events, pending))
				die("event");
		}
		if (p[1].revents & ~POLLIN)
			usleep(100 * 1000);	/* The rig is not there. */
		if (move_out(ring, port) + move_in(ring, port))
			xenevtchn_notify(events, event);
	}
}
