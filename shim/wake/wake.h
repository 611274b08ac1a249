/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waking the Xen core that lies dormant in the running kernel.
 *
 * drivers/xen is built into every distribution kernel, but its __init code
 * ran (and left) at boot when there was no Xen. Waking is doing now what that
 * code would have done then. Everything that depends on the kernel's version
 * or on its unexported symbols is in this folder: kernels.h has the columns
 * (one a kernel series), symbols.c finds and checks, steps.c does and undoes.
 */
#ifndef XHV_WAKE_H
#define XHV_WAKE_H

#include <linux/types.h>
#include <xen/interface/event_channel.h>

/**
 * xhv_wake_prepare() - find every symbol and check that the kernel is asleep
 *
 * Process context, may sleep. Changes nothing in the kernel.
 *
 * Return: 0, or a negative errno after xhv_refuse().
 */
int xhv_wake_prepare(void);

/**
 * xhv_wake_commit() - wake the kernel
 * @failed: the step that failed
 *
 * Process context, may sleep; the shim's subsystems are initialised and the
 * store's server is running. A step that fails unwinds those before it.
 *
 * Return: 0, or a negative errno and, in @failed, the step's name.
 */
int xhv_wake_commit(const char **failed);

/**
 * xhv_wake_console() - make the kernel's hvc0 of the console ring
 * @port: the console's port
 *
 * Process context, after xhv_wake_commit(), with the HVM parameters of the
 * console set.
 *
 * Return: 0, or a negative errno: -ENOENT, this kernel's driver is not as
 * expected. Nothing else depends on it.
 */
int xhv_wake_console(evtchn_port_t port);

/**
 * xhv_wake_upcall() - run the kernel's event upcall
 *
 * Hardirq context, IRQs off, on the vCPU whose vcpu_info has
 * evtchn_upcall_pending set; never nested (shim/upcall.c sees to it).
 */
void xhv_wake_upcall(void);

/**
 * xhv_wake_symbol() - the address of a kernel symbol
 * @name: its name
 *
 * Process context, after xhv_wake_prepare(). For a back end that adapts to a
 * front end's variables; also finds symbols of modules. Return: 0 if absent.
 */
unsigned long xhv_wake_symbol(const char *name);

/* What steps.c leaves to files of its own; each pair is one step. */
int xhv_nodes_add(void);	/* /dev/xen/xenbus, /proc/xen */
void xhv_nodes_del(void);
int xhv_sysfs_add(void);	/* /sys/hypervisor */
void xhv_sysfs_del(void);

#endif /* XHV_WAKE_H */
