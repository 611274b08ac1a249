// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a host's answer to a SCSI command means. Pure.
 *
 * The host's sense data is what its disk would say (SPC-4, 4.5 and table 47);
 * how a Hyper-V host uses SRB status is from drivers/scsi/storvsc_drv.c.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <scsi/scsi_common.h>
#include <scsi/scsi_proto.h>

#include "vstor.h"

/* SAM_STAT_* without the kernel's masks. */
#define STATUS_TASK_SET_FULL	0x28
#define STATUS_BUSY		0x08

static bool get_sense(const struct vstor_srb *srb, struct scsi_sense_hdr *hdr)
{
	u8 len = min_t(u8, srb->sense_length, VSTOR_SENSE_SIZE);

	return (srb->srb_status & SRB_AUTOSENSE_VALID) &&
	       srb->scsi_status == SAM_STAT_CHECK_CONDITION &&
	       scsi_normalize_sense(srb->sense, len, hdr);
}

/* A unit that will be ready by itself: those that scsi_io_completion_action()
 * in drivers/scsi/scsi_lib.c asks again later.
 */
static bool becoming_ready(const struct scsi_sense_hdr *hdr)
{
	if (hdr->asc != 0x04)
		return false;
	switch (hdr->ascq) {
	case 0x01:	/* becoming ready */
	case 0x04 ... 0x09:	/* formatting, rebuilding, operations in progress */
	case 0x0a:	/* ALUA state transition */
	case 0x11:	/* notify (enable spinup) required */
	case 0x14:	/* space allocation in progress */
	case 0x1a:	/* start stop unit in progress */
	case 0x1b:	/* sanitize in progress */
	case 0x1d:	/* configuration in progress */
		return true;
	default:
		return false;
	}
}

static int sense_result(const struct scsi_sense_hdr *hdr)
{
	switch (hdr->sense_key) {
	case NO_SENSE:
	case RECOVERED_ERROR:
		return 0;
	case UNIT_ATTENTION:
		return -EBUSY;
	case ABORTED_COMMAND:
		return -ECANCELED;
	case NOT_READY:
		/* 3A: no medium */
		if (hdr->asc == 0x3a)
			return -ENOMEDIUM;
		return becoming_ready(hdr) ? -EBUSY : -EIO;
	case MEDIUM_ERROR:
		return -ENODATA;
	case ILLEGAL_REQUEST:
		/* 20/00: no such command; 24/00: not in this form;
		 * 25/00: no such logical unit
		 */
		if (hdr->asc == 0x20 || hdr->asc == 0x24)
			return -EOPNOTSUPP;
		return hdr->asc == 0x25 ? -ENODEV : -EIO;
	case DATA_PROTECT:
		/* 27/07: a thin disk's store is full */
		return hdr->asc == 0x27 && hdr->ascq == 0x07 ? -ENOSPC : -EROFS;
	default:
		return -EIO;
	}
}

int vstor_srb_result(const struct vstor_srb *srb, u32 len)
{
	struct scsi_sense_hdr hdr;
	int err;

	switch (SRB_STATUS(srb->srb_status)) {
	case SRB_SUCCESS:
	case SRB_DATA_OVERRUN:
	case SRB_ERROR:
	case SRB_ABORTED:
	case SRB_INVALID_REQUEST:
		break;
	case SRB_BUSY:
		return -EBUSY;
	case SRB_INVALID_LUN:
	case SRB_NO_DEVICE:
		return -ENODEV;
	default:
		return -EIO;
	}

	if (get_sense(srb, &hdr)) {
		err = sense_result(&hdr);
		if (err)
			return err;
	} else if (srb->scsi_status == STATUS_BUSY ||
		   srb->scsi_status == STATUS_TASK_SET_FULL) {
		return -EBUSY;
	} else if (srb->scsi_status != SAM_STAT_GOOD) {
		return -EIO;
	} else if (SRB_STATUS(srb->srb_status) == SRB_INVALID_REQUEST) {
		return -EOPNOTSUPP;
	} else if (SRB_STATUS(srb->srb_status) == SRB_ERROR ||
		   SRB_STATUS(srb->srb_status) == SRB_ABORTED) {
		return -EIO;
	}
	/* Success that moved less than asked is none. */
	return srb->transfer_length < len ? -EIO : 0;
}

bool vstor_srb_changed(const struct vstor_srb *srb)
{
	struct scsi_sense_hdr hdr;

	if (!get_sense(srb, &hdr) || hdr.sense_key != UNIT_ATTENTION)
		return false;
	/* 2A/09: capacity has changed; 3F: the list of units has (0E), or
	 * something else about this one. The scan looks at the list and at
	 * capacities; what else a disk can do is what it said at first.
	 */
	return (hdr.asc == 0x2a && hdr.ascq == 0x09) || hdr.asc == 0x3f;
}

bool vstor_srb_medium(const struct vstor_srb *srb)
{
	struct scsi_sense_hdr hdr;

	if (!get_sense(srb, &hdr))
		return false;
	/* 28: it may have changed; 3A: there is none */
	return (hdr.sense_key == UNIT_ATTENTION && hdr.asc == 0x28) ||
	       ((hdr.sense_key == UNIT_ATTENTION ||
		 hdr.sense_key == NOT_READY) && hdr.asc == 0x3a);
}
