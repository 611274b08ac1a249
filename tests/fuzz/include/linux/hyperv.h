/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of VMBus as its clients use: a channel whose other end is the
 * fuzz target.
 */
#ifndef XHV_FUZZ_HYPERV_H
#define XHV_FUZZ_HYPERV_H

#include "uspace.h"

#define HV_HYP_PAGE_SHIFT	PAGE_SHIFT
#define HV_HYP_PAGE_SIZE	PAGE_SIZE
#define virt_to_hvpfn(p)	(__pa(p) >> HV_HYP_PAGE_SHIFT)

#define MAX_PAGE_BUFFER_COUNT	32
#define VM_PKT_DATA_INBAND	6
#define VM_PKT_DATA_USING_XFER_PAGES 7
#define VM_PKT_COMP		11
#define VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED 1

enum hv_callback_mode { HV_CALL_BATCHED, HV_CALL_DIRECT, HV_CALL_ISR };

struct hv_device;
struct hv_ring_buffer_info { bool reading; };

struct vmbus_channel {
	struct hv_device *device_obj;
	struct vmbus_channel *primary_channel;
	struct hv_ring_buffer_info inbound;
	void (*onchannel_callback)(void *context);
	void *channel_callback_context;
	void (*sc_creation_callback)(struct vmbus_channel *ch);
	void *next_request_id_callback;
	void *request_addr_callback;
	u32 rqstor_size;
	u32 max_pkt_size;
	u32 target_cpu;
	struct { struct { u16 sub_channel_index; } offer; } offermsg;
	bool rescind;
};

struct device { void *drvdata; };

struct hv_device {
	struct device device;
	guid_t dev_instance;
	struct vmbus_channel *channel;
};

struct vmpacket_descriptor {
	u16 type;
	u16 offset8;
	u16 len8;
	u16 flags;
	u64 trans_id;
} __packed;

struct vmtransfer_page_range {
	u32 byte_count;
	u32 byte_offset;
} __packed;

struct vmtransfer_page_packet_header {
	struct vmpacket_descriptor d;
	u16 xfer_pageset_id;
	u8 sender_owns_set;
	u8 reserved;
	u32 range_cnt;
	struct vmtransfer_page_range ranges[1];
} __packed;

struct hv_page_buffer {
	u32 len;
	u32 offset;
	u64 pfn;
};

struct vmbus_channel_packet_page_buffer {
	u16 type;
	u16 dataoffset8;
	u16 length8;
	u16 flags;
	u64 transactionid;
	u32 reserved;
	u32 rangecount;
	struct hv_page_buffer range[MAX_PAGE_BUFFER_COUNT];
} __packed;

struct vmbus_gpadl { u32 gpadl_handle; };

struct hv_mpb_array {
	u32 len;
	u32 offset;
	u64 pfn_array[];
};

struct vmbus_packet_mpb_array {
	u16 type;
	u16 dataoffset8;
	u16 length8;
	u16 flags;
	u64 transactionid;
	u32 reserved;
	u32 rangecount;
	struct hv_mpb_array range;
} __packed;

#define hv_get_drvdata(d)	((d)->device.drvdata)
#define hv_set_drvdata(d, p)	((d)->device.drvdata = (p))
#define set_channel_read_mode(ch, mode) ((void)(ch))
#define vmbus_set_sc_create_callback(ch, fn) \
	((void)((ch)->sc_creation_callback = (fn)))

int vmbus_open(struct vmbus_channel *ch, u32 send, u32 recv, void *data,
	       u32 len, void (*fn)(void *context), void *context);
void vmbus_close(struct vmbus_channel *ch);
int vmbus_establish_gpadl(struct vmbus_channel *ch, void *buf, u32 size,
			  struct vmbus_gpadl *gpadl);
int vmbus_teardown_gpadl(struct vmbus_channel *ch, struct vmbus_gpadl *gpadl);
int vmbus_sendpacket(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		     int type, u32 flags);
int vmbus_sendpacket_mpb_desc(struct vmbus_channel *ch,
			      struct vmbus_packet_mpb_array *desc, u32 desc_len,
			      void *buf, u32 len, u64 id);

struct vmpacket_descriptor *hv_pkt_iter_first(struct vmbus_channel *ch);
struct vmpacket_descriptor *
__hv_pkt_iter_next(struct vmbus_channel *ch,
		   const struct vmpacket_descriptor *desc);
#define hv_pkt_iter_close(ch)	((void)(ch))
void hv_begin_read(struct hv_ring_buffer_info *rbi);
u32 hv_end_read(struct hv_ring_buffer_info *rbi);

/* include/linux/hyperv.h of the kernel: sizes are in units of 8 bytes. */
#define hv_pkt_data(d)		((void *)((unsigned long)(d) + ((d)->offset8 << 3)))
#define hv_pkt_datalen(d)	(((d)->len8 << 3) - ((d)->offset8 << 3))

static inline struct vmpacket_descriptor *
hv_pkt_iter_next(struct vmbus_channel *ch, const struct vmpacket_descriptor *desc)
{
	struct vmpacket_descriptor *next = __hv_pkt_iter_next(ch, desc);

	if (!next)
		hv_pkt_iter_close(ch);
	return next;
}

#define foreach_vmbus_pkt(pkt, ch) \
	for (pkt = hv_pkt_iter_first(ch); pkt; pkt = hv_pkt_iter_next(ch, pkt))

#endif /* XHV_FUZZ_HYPERV_H */
