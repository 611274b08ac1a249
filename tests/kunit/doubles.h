/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in for the parts of the module that the KUnit kernel leaves out.
 */
#ifndef XHV_KUNIT_DOUBLES_H
#define XHV_KUNIT_DOUBLES_H

#include <linux/types.h>

/*
 * The kernel's event upcall, xhv_wake_upcall(): calls this, in hardirq context
 * with IRQs off, if a suite has set it. A suite clears it again and waits for
 * what may still be calling (xhv_upcall_exit()) before it ends.
 */
extern void (*xhv_double_upcall)(void);

/* vbd_fault(), vif_fault(): why a ring was last found broken, or NULL. */
extern const char *xhv_double_fault;

/* vbd_failed(): the error of the request that failed last, or 0. */
extern int xhv_double_failed;

/* xhv_host_runtime(): the host's answer if set, else the host has none. */
extern u64 (*xhv_double_runtime)(void);
/* xhv_host_tsc_scale(): its answer, 0 for none. */
extern u64 xhv_double_tsc_scale;

/* From true to false the caller's thread gets no memory: see no_memory.h. */
void xhv_double_no_memory(bool none);

#endif /* XHV_KUNIT_DOUBLES_H */
