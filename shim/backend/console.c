// SPDX-License-Identifier: GPL-2.0-only
/*
 * The console back end's ring and buffer; see console.h.
 *
 * The front end writes with IRQs off, from any context that printk() knows, and
 * goes round a loop until the ring has taken all (domU_write_console()): on
 * Xen another domain empties it meanwhile. Here nobody might, the writer having
 * the only CPU, so the ring is emptied in the notification itself, into a
 * buffer that never refuses: when it is full the oldest bytes go, as with
 * xenconsoled. From there threads that may sleep carry on (console_line.c).
 *
 * Locks: @lock, raw, for the out ring's consumer index and the buffer. Nothing
 * is called with it held. A printk() may come with the scheduler's locks held,
 * so who waits for output is woken from an irq_work.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/irq_work.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <asm/barrier.h>
#include <asm/io.h>
#include <xen/interface/xen.h>
#include <xen/interface/hvm/params.h>
#include <xen/interface/io/console.h>

#include "../../include/xhv/core.h"
#include "../../include/xhv/store.h"
#include "../evtchn.h"
#include "../hvm.h"
#include "backend.h"
#include "console.h"

#define FE_DIR		"/local/domain/1/console"
#define BE_DIR		"/local/domain/0/backend/console/1/0"

/* How often a CPU that dies tries to get the lock of one that is dead. */
#define PANIC_TRIES	1000000

/*
 * Positions count bytes since the start and never wrap; what lies between
 * @taken and @filled waits, at its position modulo CONSOLE_LIMIT. @leaving is
 * where the bytes begin that console_wait_output() has given last. @buf is NULL
 * when nobody will ever take them.
 */
static struct console_ring {
	struct xencons_interface *page;
	struct xhv_evtchn ec;
	char *buf;
	raw_spinlock_t lock;
	u64 filled;
	u64 taken;
	u64 leaving;
	u64 dropped;
	u64 received;		/* input; its thread's */
	u64 bad_indices;
	void (*emit)(const char *buf, size_t len);
	struct irq_work wake;
	wait_queue_head_t output;	/* something waits to leave */
	wait_queue_head_t room;		/* the guest has read */
} con = {
	.lock = __RAW_SPIN_LOCK_UNLOCKED(con.lock),
};

/* If it is false the lock is not held, which sparse has to be told. */
static bool lock_ring(unsigned long *flags)
	__acquires(&con.lock)
{
	unsigned int i;

	local_irq_save(*flags);
	if (likely(!oops_in_progress)) {
		raw_spin_lock(&con.lock);
		return true;
	}
	/* Who holds it may be this CPU, or one that has been stopped. */
	for (i = 0; i < PANIC_TRIES; i++) {
		if (raw_spin_trylock(&con.lock))
			return true;
		cpu_relax();
	}
	local_irq_restore(*flags);
	__acquire(&con.lock);
	return false;
}

static void unlock_ring(unsigned long flags)
	__releases(&con.lock)
{
	raw_spin_unlock_irqrestore(&con.lock, flags);
}

static void keep(const char *bytes, size_t len)
{
	size_t at = con.filled % CONSOLE_LIMIT;
	size_t first = min_t(size_t, len, CONSOLE_LIMIT - at);

	memcpy(con.buf + at, bytes, first);
	memcpy(con.buf, bytes + first, len - first);
	con.filled += len;
	if (con.filled - con.taken > CONSOLE_LIMIT) {
		con.dropped += con.filled - con.taken - CONSOLE_LIMIT;
		con.taken = con.filled - CONSOLE_LIMIT;
	}
}

/* Empties the out ring. The indices are the guest's word: read once, checked. */
static void take_ring(void)
{
	struct xencons_interface *page = con.page;
	XENCONS_RING_IDX cons, prod, at;
	unsigned long flags;
	size_t len, first;

	if (!lock_ring(&flags)) {
		__release(&con.lock);
		return;
	}
	cons = READ_ONCE(page->out_cons);
	prod = READ_ONCE(page->out_prod);
	len = (XENCONS_RING_IDX)(prod - cons);
	if (len > sizeof(page->out)) {
		con.bad_indices++;
		unlock_ring(flags);
		return;
	}
	/* The bytes are read after the index that covers them. */
	virt_rmb();
	at = MASK_XENCONS_IDX(cons, page->out);
	first = min_t(size_t, len, sizeof(page->out) - at);
	if (con.emit) {
		con.emit(page->out + at, first);
		con.emit(page->out, len - first);
	} else if (con.buf) {
		keep(page->out + at, first);
		keep(page->out, len - first);
	}
	/* They may be overwritten as soon as the index is seen. */
	virt_mb();
	WRITE_ONCE(page->out_cons, prod);
	unlock_ring(flags);
}

/* Any context, IRQs off or on: the guest has written, or read, or both. There
 * is no event in return for what has been taken: whoever waits for room looks
 * at the ring by itself, and finds it once this returns.
 */
static void ring_notify(struct xhv_evtchn *ec)
{
	take_ring();
	irq_work_queue(&con.wake);
}

static void wake_threads(struct irq_work *work)
{
	wake_up(&con.output);
	wake_up(&con.room);
}

static bool output_waits(void)
{
	return READ_ONCE(con.filled) != READ_ONCE(con.taken);
}

size_t console_wait_output(char *buf, size_t len, bool (*stop)(void))
{
	size_t at, first, n;

	do {
		wait_event_idle(con.output, output_waits() || stop());
		if (stop())
			return 0;
		raw_spin_lock_irq(&con.lock);
		n = min_t(u64, len, con.filled - con.taken);
		con.leaving = con.taken;
		at = con.taken % CONSOLE_LIMIT;
		first = min_t(size_t, n, CONSOLE_LIMIT - at);
		memcpy(buf, con.buf + at, first);
		memcpy(buf + first, con.buf, n - first);
		raw_spin_unlock_irq(&con.lock);
	} while (!n);
	return n;
}

/* Some of them may have been dropped meanwhile. */
void console_done_output(size_t len)
{
	raw_spin_lock_irq(&con.lock);
	con.taken = max(con.taken, con.leaving + len);
	raw_spin_unlock_irq(&con.lock);
}

void console_drop_output(void)
{
	char *buf;

	raw_spin_lock_irq(&con.lock);
	buf = con.buf;
	con.buf = NULL;
	con.dropped += con.filled - con.taken;
	con.taken = con.filled;
	raw_spin_unlock_irq(&con.lock);
	kvfree(buf);
}

void console_wake_output(void)
{
	wake_up(&con.output);
}

/* Bytes that the in ring can take. A guest that has broken its indices gets
 * nothing more.
 */
static size_t input_room(void)
{
	u32 waits = READ_ONCE(con.page->in_prod) - READ_ONCE(con.page->in_cons);

	return sizeof(con.page->in) - min_t(u32, waits, sizeof(con.page->in));
}

void console_give_input(const char *buf, size_t len)
{
	struct xencons_interface *page = con.page;
	XENCONS_RING_IDX prod;
	size_t n;

	while (len) {
		wait_event_idle(con.room, input_room());
		n = min(len, input_room());
		/* Room is written after the index that frees it was read. */
		virt_mb();
		len -= n;
		con.received += n;
		prod = READ_ONCE(page->in_prod);
		while (n--)
			page->in[MASK_XENCONS_IDX(prod++, page->in)] = *buf++;
		/* The index is seen after the bytes. */
		virt_wmb();
		WRITE_ONCE(page->in_prod, prod);
		xhv_evtchn_send(&con.ec);
	}
}

/* One CPU is left, and whoever held the lock may have been stopped. */
void console_panic(void (*emit)(const char *buf, size_t len))
{
	size_t at, len, first;
	unsigned long flags;

	if (!lock_ring(&flags)) {
		__release(&con.lock);
		return;
	}
	len = con.filled - con.taken;
	at = con.taken % CONSOLE_LIMIT;
	first = min_t(size_t, len, CONSOLE_LIMIT - at);
	con.taken = con.filled;
	con.emit = emit;
	emit(con.buf + at, first);
	emit(con.buf, len - first);
	unlock_ring(flags);
}

/* The nodes as libxl and xenconsoled leave them for a PVH guest. The state is
 * libxl's, and nobody changes it for a console that is not xenbus's.
 */
static int make_nodes(evtchn_port_t port)
{
	static const struct xhv_store_perm guest_owns = {
		XHV_GUEST_DOMID, XHV_BACKEND_DOMID
	};
	static const struct xhv_store_perm guest_reads = {
		XHV_BACKEND_DOMID, XHV_GUEST_DOMID
	};
	static const struct xhv_store_perm private_perm = {
		XHV_BACKEND_DOMID, XHV_BACKEND_DOMID
	};
	unsigned long gfn = virt_to_phys(con.page) >> PAGE_SHIFT;
	int err = 0;

	err = err ?: xhv_store_mkdir(FE_DIR, guest_reads);
	err = err ?: backend_put(FE_DIR, "backend", BE_DIR);
	err = err ?: xhv_store_mkdir(FE_DIR "/backend-id", guest_owns);
	err = err ?: backend_put(FE_DIR, "backend-id", "%d", XHV_BACKEND_DOMID);
	err = err ?: backend_put(FE_DIR, "limit", "%d", CONSOLE_LIMIT);
	err = err ?: backend_put(FE_DIR, "type", "xenconsoled");
	err = err ?: backend_put(FE_DIR, "output", "pty");
	err = err ?: backend_put(FE_DIR, "tty", "%s", "");
	err = err ?: backend_put(FE_DIR, "port", "%u", port);
	err = err ?: backend_put(FE_DIR, "ring-ref", "%lu", gfn);

	err = err ?: xhv_store_mkdir("/local/domain/0/backend/console",
				     private_perm);
	err = err ?: xhv_store_mkdir("/local/domain/0/backend/console/1",
				     private_perm);
	err = err ?: xhv_store_mkdir(BE_DIR, guest_reads);
	err = err ?: backend_put(BE_DIR, "frontend", FE_DIR);
	err = err ?: backend_put(BE_DIR, "frontend-id", "%d", XHV_GUEST_DOMID);
	err = err ?: backend_put(BE_DIR, "online", "1");
	err = err ?: backend_put(BE_DIR, "state", "1");
	err = err ?: backend_put(BE_DIR, "protocol", "vt100");
	return err;
}

void console_set_line(const char *path)
{
	backend_put(FE_DIR, "tty", "%s", path);
}

int xhv_console_start(void)
{
	int port, err;

	con.ec.notify = ring_notify;
	port = xhv_evtchn_create(&con.ec);
	if (port < 0)
		return port;
	err = make_nodes(port);
	if (err) {
		xhv_console_stop();
		return err;
	}
	xhv_hvm_set(HVM_PARAM_CONSOLE_PFN, virt_to_phys(con.page) >> PAGE_SHIFT);
	xhv_hvm_set(HVM_PARAM_CONSOLE_EVTCHN, port);
	return 0;
}

void xhv_console_stop(void)
{
	xhv_hvm_set(HVM_PARAM_CONSOLE_PFN, 0);
	xhv_hvm_set(HVM_PARAM_CONSOLE_EVTCHN, 0);
	xhv_store_rm(FE_DIR);
	xhv_store_rm("/local/domain/0/backend/console");
	xhv_evtchn_disconnect(&con.ec);
	irq_work_sync(&con.wake);
}

evtchn_port_t xhv_console_port(void)
{
	return con.ec.port;
}

void xhv_console_carry(void)
{
	console_line_start();
}

void xhv_console_show(struct seq_file *m)
{
	u64 filled, taken, dropped, bad;

	if (!con.page || !con.ec.port)
		return;
	raw_spin_lock_irq(&con.lock);
	filled = con.filled;
	taken = con.taken;
	dropped = con.dropped;
	bad = con.bad_indices;
	raw_spin_unlock_irq(&con.lock);
	seq_printf(m, "console hvc0 port=%u", con.ec.port);
	console_line_show(m);
	seq_printf(m, " output=%llu waits=%llu dropped=%llu input=%llu bad-indices=%llu\n",
		   filled, filled - taken, dropped, READ_ONCE(con.received),
		   bad);
}

int xhv_console_init(void)
{
	init_waitqueue_head(&con.output);
	init_waitqueue_head(&con.room);
	con.wake = IRQ_WORK_INIT_HARD(wake_threads);
	con.page = (void *)get_zeroed_page(GFP_KERNEL);
	if (console_line_wanted())
		con.buf = kvmalloc(CONSOLE_LIMIT, GFP_KERNEL);
	if (!con.page || (!con.buf && console_line_wanted())) {
		xhv_console_exit();
		return -ENOMEM;
	}
	return 0;
}

void xhv_console_exit(void)
{
	kvfree(con.buf);
	con.buf = NULL;
	free_page((unsigned long)con.page);
	con.page = NULL;
}
