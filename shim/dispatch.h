/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a hypercall's number to its handler, by the table in xen-abi/.
 */
#ifndef XHV_DISPATCH_H
#define XHV_DISPATCH_H

struct seq_file;

/**
 * xhv_dispatch() - answer one hypercall
 * @nr: __HYPERVISOR_*
 * @a1: first argument ... @a5: fifth argument
 *
 * Context of the caller: from process context to IRQs off under raw locks of
 * drivers/xen/events. What a handler may do follows from what Linux holds
 * when it calls that operation, and is said at the handler.
 *
 * Return: what real Xen returns in rax.
 */
long xhv_dispatch(unsigned long nr, unsigned long a1, unsigned long a2,
		  unsigned long a3, unsigned long a4, unsigned long a5);

/* One line for each operation that was called: name, calls. */
void xhv_dispatch_show(struct seq_file *m);

#endif /* XHV_DISPATCH_H */
