/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the time of a vCPU has gone (public/vcpu.h: struct vcpu_runstate_info).
 */
#ifndef XHV_RUNSTATE_H
#define XHV_RUNSTATE_H

#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/vcpu.h>

/**
 * xhv_runstate_get() - a vCPU's run state now
 * @vcpu: the vCPU
 * @info: gets it; the four times add up to state_entry_time
 *
 * Any context. Another vCPU that is up is asked if the caller may sleep, else what
 * it was asked last is the answer, with the time of that.
 */
void xhv_runstate_get(unsigned int vcpu, struct vcpu_runstate_info *info);

/**
 * xhv_runstate_register() - keep an area of the guest's up to date
 * @vcpu: the vCPU whose run state it has
 * @gva: where it is; 0 for nowhere
 *
 * Any context. It is written before this returns. From then on it is written by
 * the vCPU while that is not idle, at each tick, if it is at a kernel address; a
 * user address means something in one process only, and is not written again. When
 * this returns the area before is not written any more.
 */
void xhv_runstate_register(unsigned int vcpu, unsigned long gva);

/* VMASST_TYPE_runstate_update_flag. Any context. */
void xhv_runstate_flag_updates(bool on);

/* Process context; before init nothing else is called. */
int xhv_runstate_init(void);
void xhv_runstate_exit(void);

#endif /* XHV_RUNSTATE_H */
