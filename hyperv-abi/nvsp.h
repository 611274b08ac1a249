/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NVSP: what a network VSC (this side) and a network VSP (the host) send each
 * other on a VMBus channel of class "network". RNDIS messages travel inside
 * (rndis.h).
 *
 * Facts from drivers/net/hyperv/hyperv_net.h and netvsc.c; little-endian, as
 * x86-64 is. Every message of this side has NVSP_MESSAGE_SIZE bytes; the host's
 * are as long as they need to be.
 */
#ifndef XHV_NVSP_H
#define XHV_NVSP_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/* Protocol versions. Older hosts than 2012 R2 are not served. */
#define NVSP_VERSION_4		0x40000
#define NVSP_VERSION_5		0x50000
#define NVSP_VERSION_6		0x60000
#define NVSP_VERSION_6_1	0x60001

enum nvsp_type {
	NVSP_INIT = 1,
	NVSP_INIT_COMPLETE = 2,
	NVSP_SEND_NDIS_VERSION = 100,
	NVSP_SEND_RECV_BUFFER = 101,
	NVSP_SEND_RECV_BUFFER_COMPLETE = 102,
	NVSP_REVOKE_RECV_BUFFER = 103,
	NVSP_SEND_SEND_BUFFER = 104,
	NVSP_SEND_SEND_BUFFER_COMPLETE = 105,
	NVSP_REVOKE_SEND_BUFFER = 106,
	NVSP_SEND_RNDIS = 107,
	NVSP_SEND_RNDIS_COMPLETE = 108,
	NVSP_SEND_NDIS_CONFIG = 125,
	NVSP_SEND_VF_ASSOCIATION = 128,
	NVSP_SWITCH_DATA_PATH = 129,
	NVSP_SUBCHANNEL = 133,
	NVSP_SEND_INDIRECTION_TABLE = 134,
};

enum nvsp_status {
	NVSP_STATUS_NONE = 0,
	NVSP_STATUS_SUCCESS = 1,
	NVSP_STATUS_FAIL = 2,
};

/* nvsp_message.ndis_config.capabilities. SR-IOV (bit 2) is never asked for: a
 * virtual function would appear beside the vif.
 */
#define NVSP_CAP_8021Q		BIT_ULL(3)
#define NVSP_CAP_TEAMING	BIT_ULL(5)

/* nvsp_message.rndis.channel_type */
#define NVSP_RNDIS_DATA		0
#define NVSP_RNDIS_CONTROL	1
/* nvsp_message.rndis.section: the message is in the packet's page list. */
#define NVSP_NO_SECTION		0xffffffff

#define NVSP_SUBCHANNEL_ALLOCATE 1

/* Ids of the two buffers: any number would do, these are what hosts see. */
#define NVSP_RECV_BUFFER_ID	0xcafe
#define NVSP_SEND_BUFFER_ID	0

/* Entries of the host's table of channels for sending. */
#define NVSP_SEND_TABLE_SIZE	16

/* What this side sends: the largest message of version 6.1. */
#define NVSP_MESSAGE_SIZE	40

struct nvsp_message {
	u32 type;
	union {
		struct {
			u32 min_version;
			u32 max_version;
		} __packed init;
		struct {
			u32 version;
			u32 max_mdl_chain;
			u32 status;
		} __packed init_complete;
		struct {
			u32 major;
			u32 minor;
		} __packed ndis_version;
		struct {
			u32 mtu;
			u32 reserved;
			u64 capabilities;
		} __packed ndis_config;
		/* receive and send buffer */
		struct {
			u32 gpadl;
			u16 id;
		} __packed buffer;
		struct {
			u32 status;
			u32 nr_sections;
			struct {
				u32 offset;
				u32 size;
				u32 count;
				u32 end;
			} __packed section;
		} __packed recv_buffer_complete;
		struct {
			u32 status;
			u32 section_size;
		} __packed send_buffer_complete;
		struct {
			u16 id;
		} __packed revoke;
		struct {
			u32 channel_type;
			u32 section;
			u32 section_size;
		} __packed rndis;
		struct {
			u32 status;
		} __packed rndis_complete;
		struct {
			u32 operation;
			u32 count;
		} __packed subchannel;
		struct {
			u32 status;
			u32 count;
		} __packed subchannel_complete;
		u8 payload[NVSP_MESSAGE_SIZE - sizeof(u32)];
	};
} __packed;

static_assert(sizeof(struct nvsp_message) == NVSP_MESSAGE_SIZE);

/* The part that a message of the host must at least have. */
#define nvsp_size(member) \
	(offsetof(struct nvsp_message, member) + \
	 sizeof(((struct nvsp_message *)0)->member))

/* How the host divides the receive buffer, checked. */
struct nvsp_recv_layout {
	u32 section_size;
	u32 nr_sections;
};

/**
 * nvsp_copy_reply() - take a host's message over
 * @m: gets it, the rest zeroed
 * @data: what the host wrote
 * @len: how much
 * @want: the type that is expected
 *
 * Return: true if it is of that type and has all that is read of that type.
 */
bool nvsp_copy_reply(struct nvsp_message *m, const void *data, u32 len,
		     enum nvsp_type want);

/**
 * nvsp_recv_layout() - what the host says of the receive buffer
 * @m: a NVSP_SEND_RECV_BUFFER_COMPLETE, copied
 * @buffer_size: bytes that it was given
 * @layout: gets the answer
 *
 * Return: 0; -EIO, the host refuses; -EPROTO, it makes no sense.
 */
int nvsp_recv_layout(const struct nvsp_message *m, u32 buffer_size,
		     struct nvsp_recv_layout *layout);

/**
 * nvsp_send_sections() - what the host says of the send buffer
 * @m: a NVSP_SEND_SEND_BUFFER_COMPLETE, copied
 * @buffer_size: bytes that it was given
 * @section_size: gets the size of a section
 *
 * Return: how many sections there are, 0 if none can be used.
 */
u32 nvsp_send_sections(const struct nvsp_message *m, u32 buffer_size,
		       u32 *section_size);

#endif /* XHV_NVSP_H */
