// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading NVSP: what the host says is copied once and checked here; no VMBus.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "nvsp.h"

/* Smaller ones would not hold an Ethernet frame and its RNDIS header. */
#define MIN_SECTION	128
/* More than any host uses: its own limit for the buffer is 31 MiB. */
#define MAX_BUFFER	(31 << 20)

/* Bytes of a host's message of that type; 0 for one that is not expected. */
static u32 least_size(enum nvsp_type type)
{
	switch (type) {
	case NVSP_INIT_COMPLETE:
		return nvsp_size(init_complete);
	case NVSP_SEND_RECV_BUFFER_COMPLETE:
		return nvsp_size(recv_buffer_complete);
	case NVSP_SEND_SEND_BUFFER_COMPLETE:
		return nvsp_size(send_buffer_complete);
	case NVSP_SEND_RNDIS_COMPLETE:
		return nvsp_size(rndis_complete);
	case NVSP_SUBCHANNEL:
		return nvsp_size(subchannel_complete);
	default:
		return 0;
	}
}

bool nvsp_copy_reply(struct nvsp_message *m, const void *data, u32 len,
		     enum nvsp_type want)
{
	u32 least = least_size(want);

	if (!least || len < least)
		return false;
	memset(m, 0, sizeof(*m));
	memcpy(m, data, min_t(u32, len, sizeof(*m)));
	return m->type == want;
}

int nvsp_recv_layout(const struct nvsp_message *m, u32 buffer_size,
		     struct nvsp_recv_layout *layout)
{
	u32 size = m->recv_buffer_complete.section.size;
	u32 count = m->recv_buffer_complete.section.count;

	if (m->recv_buffer_complete.status != NVSP_STATUS_SUCCESS)
		return -EIO;
	/* Two sections, of large and of small pieces, are in the protocol and
	 * in no host; netvsc_init_buf() in drivers/net/hyperv/netvsc.c.
	 */
	if (m->recv_buffer_complete.nr_sections != 1 ||
	    m->recv_buffer_complete.section.offset)
		return -EPROTO;
	if (size < MIN_SECTION || !count || buffer_size > MAX_BUFFER ||
	    (u64)size * count > buffer_size)
		return -EPROTO;
	layout->section_size = size;
	layout->nr_sections = count;
	return 0;
}

u32 nvsp_send_sections(const struct nvsp_message *m, u32 buffer_size,
		       u32 *section_size)
{
	u32 size = m->send_buffer_complete.section_size;

	if (m->send_buffer_complete.status != NVSP_STATUS_SUCCESS ||
	    size < MIN_SECTION || size > buffer_size)
		return 0;
	*section_size = size;
	return buffer_size / size;
}
