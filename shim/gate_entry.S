/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/linkage.h>
#include <asm/frame.h>

	.text

/*
 * Call sites declare only rax, the argument registers they use and memory as
 * clobbered (__HYPERCALL_CLOBBERn, asm/xen/hypercall.h): a VM exit changes
 * nothing else, so neither may this. The stack is only 8-byte aligned, which
 * is what the kernel builds its C code for.
 */
SYM_FUNC_START(xhv_gate)
	FRAME_BEGIN
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	movq	%r8, %r9
	movq	%r10, %r8
	movq	%rdx, %rcx
	movq	%rsi, %rdx
	movq	%rdi, %rsi
	movq	%rax, %rdi
	call	xhv_gate_enter
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	FRAME_END
	RET
SYM_FUNC_END(xhv_gate)
