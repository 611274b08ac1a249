// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvc0: what xen_cons_init() and xen_hvc_init() (drivers/tty/hvc/hvc_xen.c,
 * both __init) would have done at boot.
 *
 * The part that reads the HVM parameters and knows the driver's structures,
 * xen_hvm_console_init(), is not __init; the driver's operations find the
 * console by its number (HVC_COOKIE). Its interrupt, which it keeps in a structure
 * of its own, is not told to it: it would use the number for a late EOI only, for
 * which 0 is no event's interrupt, so this one is bound without late EOI.
 *
 * A kernel without these symbols has no hvc0, and everything else.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/err.h>
#include <linux/irq.h>
#include <linux/printk.h>
#include <linux/static_call.h>
#include <linux/types.h>
#include <xen/events.h>

#include "symbols.h"
#include "wake.h"

/* drivers/tty/hvc/hvc_xen.c, and its buffer's size there. */
#define HVC_COOKIE	0x58656e
#define HVC_OUTBUF	256

/* drivers/tty/hvc/hvc_console.h, which is no part of a kernel's headers: there
 * it takes a struct hv_ops and returns a struct hvc_struct.
 */
void *hvc_alloc(u32 vtermno, int data, const void *ops, int outbuf_size);

typedef int (console_init_fn)(void);
DEFINE_STATIC_CALL_NULL(xhv_console_init_fn, *(console_init_fn *)NULL);

int xhv_wake_console(evtchn_port_t port)
{
	const void *ops = KADDR(domU_hvc_ops);
	void *hvc;
	int irq, err;

	if (!ops || !KADDR(xen_hvm_console_init))
		return -ENOENT;
	static_call_update(xhv_console_init_fn,
			   (console_init_fn *)KADDR(xen_hvm_console_init));
	err = static_call(xhv_console_init_fn)();
	if (err)
		return err;
	irq = bind_evtchn_to_irq(port);
	if (irq < 0)
		return irq;
	irq_set_noprobe(irq);
	/* With "console=hvc0" the kernel's console is registered in here, and
	 * the whole log comes at once.
	 */
	hvc = hvc_alloc(HVC_COOKIE, irq, ops, HVC_OUTBUF);
	if (!IS_ERR(hvc))
		return 0;
	unbind_from_irqhandler(irq, NULL);
	return PTR_ERR(hvc);
}
