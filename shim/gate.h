/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate: where the guest's hypercalls arrive instead of in a VM exit.
 */
#ifndef XHV_GATE_H
#define XHV_GATE_H

/*
 * The target of the kernel's static call "xen_hypercall". Not a C function:
 * number in rax, arguments in rdi, rsi, rdx, r10, r8, result in rax, nothing
 * else changed (arch/x86/include/asm/xen/hypercall.h).
 */
void xhv_gate(void);

/* The gate's C half; called from gate.S only. */
unsigned long xhv_gate_enter(unsigned long nr, unsigned long a1,
			     unsigned long a2, unsigned long a3,
			     unsigned long a4, unsigned long a5);

#endif /* XHV_GATE_H */
