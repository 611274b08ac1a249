/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host says of a vCPU and of time, whatever devices there are: read from
 * registers, so it needs no bus. Implemented in hyperv-abi/host.c.
 */
#ifndef XHV_HOST_H
#define XHV_HOST_H

#include <linux/types.h>

/**
 * xhv_host_runtime() - how long this CPU's vCPU has been running
 * @ns: gets the nanoseconds, the host's work for the vCPU included, since the
 *	host made it
 *
 * Any context that stays on its CPU. An exit to the host. Return: false if the
 * host does not say.
 */
bool xhv_host_runtime(u64 *ns);

/**
 * xhv_host_tsc_scale() - the host's own measure of the TSC
 * @scale: gets it: (TSC * scale) >> 64 advances by one in 100 ns
 *
 * Process context. Return: false if the host has not, or its TSC is not to be
 * used for this.
 */
bool xhv_host_tsc_scale(u64 *scale);

#endif /* XHV_HOST_H */
