// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin of QEMU's TCG that counts what the guest of an emulated machine's
 * KVM executes: instructions of its user space, of its kernel and of the
 * machine around it, entries into the guest (VMRUN), and hypercalls (VMMCALL).
 *
 * A phase is what lies between two no-ops of the guest that say so (BEGIN and
 * END, see tests/bench/io.c). One line a phase goes to the file out=FILE:
 *
 *   phase N user U kernel K host H entries E hypercalls C
 *
 * and with profile=on one for each block of code of the guest's kernel:
 *
 *   block N ADDRESS TIMES INSTRUCTIONS
 *
 * A machine of one CPU only. Blocks of the guest and of the machine are told
 * apart when they are translated: TCG keeps them apart as well, since "in a
 * guest" is one of the flags by which it finds a block.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

/* nopl imm32(%rax) with the upper 24 bits of MARK. */
#define MARK		0x58485600u
#define MARK_BEGIN	1
#define MARK_END	2

enum level { USER, KERNEL, HOST, LEVELS };

struct block {
	struct block *next;
	uint64_t address;
	uint64_t times;
	unsigned int instructions;
	enum level level;
};

static struct block *blocks;
static FILE *out;
static bool profile;

static bool in_guest;
static uint64_t after_vmrun;
static bool counting;
static unsigned int phase;
static uint64_t entries, hypercalls;

static void count(unsigned int cpu, void *data)
{
	struct block *block = data;

	block->times += counting;
}

static void on_vmrun(unsigned int cpu, void *data)
{
	in_guest = true;
	entries += counting;
}

/* The machine goes on where VMRUN was. */
static void on_vmexit(unsigned int cpu, void *data)
{
	in_guest = false;
}

static void on_hypercall(unsigned int cpu, void *data)
{
	hypercalls += counting;
}

static void on_begin(unsigned int cpu, void *data)
{
	struct block *block;

	for (block = blocks; block; block = block->next)
		block->times = 0;
	entries = 0;
	hypercalls = 0;
	counting = true;
}

static void on_end(unsigned int cpu, void *data)
{
	uint64_t sum[LEVELS] = { 0 };
	struct block *block;

	if (!counting)
		return;
	counting = false;
	for (block = blocks; block; block = block->next) {
		sum[block->level] += block->times * block->instructions;
		if (profile && block->times && block->level == KERNEL)
			fprintf(out, "block %u %" PRIx64 " %" PRIu64 " %u\n",
				phase, block->address, block->times,
				block->instructions);
	}
	fprintf(out, "phase %u user %" PRIu64 " kernel %" PRIu64 " host %" PRIu64
		" entries %" PRIu64 " hypercalls %" PRIu64 "\n", phase,
		sum[USER], sum[KERNEL], sum[HOST], entries, hypercalls);
	fflush(out);
	phase++;
}

static bool is(const uint8_t *code, size_t len, const char *bytes, size_t n)
{
	return len == n && !memcmp(code, bytes, n);
}

static void look_at(struct qemu_plugin_insn *insn)
{
	uint8_t code[16];
	size_t len = qemu_plugin_insn_data(insn, code, sizeof(code));
	uint32_t imm;

	if (is(code, len, "\x0f\x01\xd8", 3)) {
		after_vmrun = qemu_plugin_insn_vaddr(insn) + len;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_vmrun,
						       QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
	} else if (in_guest && is(code, len, "\x0f\x01\xd9", 3)) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_hypercall,
						       QEMU_PLUGIN_CB_NO_REGS,
						       NULL);
	} else if (in_guest && len == 7 && !memcmp(code, "\x0f\x1f\x80", 3)) {
		memcpy(&imm, code + 3, sizeof(imm));
		if (imm == (MARK | MARK_BEGIN) || imm == (MARK | MARK_END))
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, imm & MARK_BEGIN ? on_begin : on_end,
				QEMU_PLUGIN_CB_NO_REGS, NULL);
	}
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	struct block *block = calloc(1, sizeof(*block));
	size_t i;

	if (!block)
		abort();
	if (address == after_vmrun) {
		in_guest = false;
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_vmexit,
						     QEMU_PLUGIN_CB_NO_REGS,
						     NULL);
	}
	block->address = address;
	block->instructions = qemu_plugin_tb_n_insns(tb);
	block->level = !in_guest ? HOST : (int64_t)address < 0 ? KERNEL : USER;
	block->next = blocks;
	blocks = block;
	for (i = 0; i < block->instructions; i++)
		look_at(qemu_plugin_tb_get_insn(tb, i));
	qemu_plugin_register_vcpu_tb_exec_cb(tb, count, QEMU_PLUGIN_CB_NO_REGS,
					     block);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id,
					   const qemu_info_t *info, int argc,
					   char **argv)
{
	int i;

	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
		else if (!strcmp(argv[i], "profile=on"))
			profile = true;
		else
			return -1;
	}
	if (!out || !info->system_emulation || info->system.max_vcpus != 1) {
		fputs("count-plugin: needs out=FILE and a machine of one CPU\n",
		      stderr);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}
