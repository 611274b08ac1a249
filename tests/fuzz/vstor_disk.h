/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A disk as a sane host has it: what it says when it is asked for itself.
 */
#ifndef XHV_FUZZ_VSTOR_DISK_H
#define XHV_FUZZ_VSTOR_DISK_H

#include <scsi/scsi_proto.h>

#include "../../hyperv-abi/storage.h"

#define MAX_PFNS	4

/* A packet that the client has sent, until it is answered. */
struct sent {
	bool used;
	u64 id;
	struct vstor_packet p;
	u32 len, offset;
	u64 pfns[MAX_PFNS];
};

/* A unit has been said to be neither disk nor CD-ROM. */
static bool told_other;

/* To the memory that came with a packet: all of it, so that ASan sees what is
 * not there any more.
 */
static void fill(const struct sent *s, const u8 *data, size_t len)
{
	u32 i, at;

	for (i = 0; i < s->len; i++) {
		at = s->offset + i;
		((u8 *)pfn_to_kaddr(s->pfns[at / PAGE_SIZE]))[at % PAGE_SIZE] =
			i < len ? data[i] : 0;
	}
	if (s->p.srb.cdb[0] == INQUIRY && len && !(data[0] >> 5) && data[0] &&
	    data[0] != TYPE_ROM && data[0] != 0x1f)
		told_other = true;
}

static void answer_inquiry(const struct sent *s)
{
	u8 data[64] = { 0 };

	if (!(s->p.srb.cdb[1] & 1)) {
		data[0] = s->p.srb.lun > 2 ? 0x7f : s->p.srb.lun == 2 ? 5 : 0;
		fill(s, data, 36);
		return;
	}
	data[1] = s->p.srb.cdb[2];
	if (!data[1]) {
		memcpy(data, "\0\0\0\003\0\xb0\xb2", 7);
	} else if (data[1] == 0xb0) {
		data[3] = 0x3c;
		data[22] = 1;
		data[31] = 8;
	} else {
		data[3] = 4;
		data[5] = 0x80;
	}
	fill(s, data, sizeof(data));
}

static void answer_srb(const struct sent *s, struct vstor_packet *p)
{
	static const u8 luns[32] = { [3] = 24, [17] = 1, [25] = 2 };
	static const u8 cap16[32] = { [6] = 1, [10] = 2, [14] = 0x80 };
	static const u8 cap10[8] = { [2] = 1, [6] = 2 };
	static const u8 mode[24] = { 23, 0, 0x10, 0, 0x08, 18, 0x04 };

	p->srb.srb_status = SRB_SUCCESS;
	p->srb.transfer_length = s->len;
	if (s->p.srb.data_in != VSTOR_DATA_READ)
		return;
	switch (s->p.srb.cdb[0]) {
	case INQUIRY:
		answer_inquiry(s);
		break;
	case REPORT_LUNS:
		fill(s, luns, sizeof(luns));
		break;
	case SERVICE_ACTION_IN_16:
		fill(s, cap16, sizeof(cap16));
		break;
	case READ_CAPACITY:
		fill(s, cap10, sizeof(cap10));
		break;
	case MODE_SENSE:
		fill(s, mode, sizeof(mode));
		break;
	default:
		fill(s, NULL, 0);
	}
}

#endif /* XHV_FUZZ_VSTOR_DISK_H */
