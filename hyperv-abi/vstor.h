/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The storage protocol of VMBus: what a storage VSC (this side) and a storage
 * VSP (the host) send each other on a channel of class "SCSI" or "IDE".
 *
 * A SCSI command travels as an SRB, much like a Windows port driver sees it,
 * with its data as a list of guest frames in the packet's descriptor. Facts
 * from drivers/scsi/storvsc_drv.c and OpenVMM's storvsp; little-endian, as
 * x86-64 is.
 */
#ifndef XHV_VSTOR_H
#define XHV_VSTOR_H

#include <linux/build_bug.h>
#include <linux/types.h>

/* Protocol versions, newest first. Older hosts than 2012 are not served. */
#define VSTOR_VERSION_WIN10	0x0602
#define VSTOR_VERSION_WIN8_1	0x0600
#define VSTOR_VERSION_WIN8	0x0501

enum vstor_operation {
	VSTOR_COMPLETE_IO = 1,
	VSTOR_REMOVE_DEVICE = 2,
	VSTOR_EXECUTE_SRB = 3,
	VSTOR_BEGIN_INITIALIZATION = 7,
	VSTOR_END_INITIALIZATION = 8,
	VSTOR_QUERY_PROTOCOL_VERSION = 9,
	VSTOR_QUERY_PROPERTIES = 10,
	VSTOR_ENUMERATE_BUS = 11,
	VSTOR_CREATE_SUB_CHANNELS = 13,
};

/* vstor_packet.flags */
#define VSTOR_REQUEST_COMPLETION	0x1

/* vstor_srb.data_in */
#define VSTOR_DATA_WRITE	0
#define VSTOR_DATA_READ		1
#define VSTOR_DATA_NONE		2

/* vstor_srb.srb_flags */
#define SRB_QUEUE_ACTION_ENABLE		0x00000002
#define SRB_DISABLE_SYNCH_TRANSFER	0x00000008
#define SRB_DATA_IN			0x00000040
#define SRB_DATA_OUT			0x00000080
#define SRB_NO_QUEUE_FREEZE		0x00000100

/* vstor_srb.queue_tag and .queue_action: the host orders as it likes. */
#define SRB_UNTAGGED			0xff
#define SRB_SIMPLE_TAG			0x20

/* vstor_srb.srb_status: two flags and a code */
#define SRB_AUTOSENSE_VALID		0x80
#define SRB_QUEUE_FROZEN		0x40
#define SRB_STATUS(x)	((x) & ~(SRB_AUTOSENSE_VALID | SRB_QUEUE_FROZEN))
#define SRB_SUCCESS			0x01
#define SRB_ABORTED			0x02
#define SRB_ERROR			0x04
#define SRB_BUSY			0x05
#define SRB_INVALID_REQUEST		0x06
#define SRB_NO_DEVICE			0x08
#define SRB_TIMEOUT			0x09
#define SRB_DATA_OVERRUN		0x12
#define SRB_INVALID_LUN			0x20

#define VSTOR_CDB_SIZE		16
#define VSTOR_SENSE_SIZE	20

/**
 * struct vstor_srb - a SCSI command and, on the way back, its result
 * @length: of this structure
 * @srb_status: SRB_*, the host's view of the transport
 * @scsi_status: SAM status of the logical unit
 * @sense_length: room for sense data, then how much there is
 * @data_in: VSTOR_DATA_*
 * @transfer_length: bytes asked for, then bytes moved
 * @time_out: seconds
 *
 * What follows @cdb came with version 5.1 (Windows 8).
 */
struct vstor_srb {
	u16 length;
	u8 srb_status;
	u8 scsi_status;
	u8 port;
	u8 path;
	u8 target;
	u8 lun;
	u8 cdb_length;
	u8 sense_length;
	u8 data_in;
	u8 reserved1;
	u32 transfer_length;
	union {
		u8 cdb[VSTOR_CDB_SIZE];
		u8 sense[VSTOR_SENSE_SIZE];
	};
	u16 reserved2;
	u8 queue_tag;
	u8 queue_action;
	u32 srb_flags;
	u32 time_out;
	u32 queue_sort_key;
} __packed;

/* vstor_properties.flags */
#define VSTOR_SUPPORTS_SUB_CHANNELS	0x1

struct vstor_properties {
	u32 reserved1;
	u16 max_sub_channels;
	u16 reserved2;
	u32 flags;
	u32 max_transfer_bytes;
	u64 reserved3;
} __packed;

struct vstor_version {
	u16 version;
	u16 revision;
} __packed;

#define VSTOR_PAYLOAD_SIZE	0x34

struct vstor_packet {
	u32 operation;
	u32 flags;
	u32 status;
	union {
		struct vstor_srb srb;
		struct vstor_properties properties;
		struct vstor_version version;
		u16 sub_channels;
		u8 payload[VSTOR_PAYLOAD_SIZE];
	};
} __packed;

static_assert(sizeof(struct vstor_srb) == VSTOR_PAYLOAD_SIZE);
static_assert(sizeof(struct vstor_packet) == 64);

/**
 * vstor_srb_result() - what became of a command
 * @srb: the host's answer, a private copy
 * @len: bytes of data that were asked for
 *
 * Return: 0, or -EBUSY (worth trying again until it is ready), -ECANCELED (given
 * up by the host, worth a few more tries), -EOPNOTSUPP (no such command),
 * -ENODATA (medium error), -ENOSPC, -EROFS, -ENOMEDIUM, -ENODEV (no such
 * logical unit any more), -EIO.
 */
int vstor_srb_result(const struct vstor_srb *srb, u32 len);

/* True if the answer says that the disk's size or limits have changed. */
bool vstor_srb_changed(const struct vstor_srb *srb);

/* True if the answer says that there may be another medium, or none. */
bool vstor_srb_medium(const struct vstor_srb *srb);

#endif /* XHV_VSTOR_H */
