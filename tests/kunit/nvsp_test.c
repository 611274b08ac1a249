// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a network VSP says of versions and buffers: sizes, lies, refusals.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "hyperv-abi/nvsp.h"

#define BUFFER	(4 << 20)

/* Bytes of each answer as a host sends it, without what follows in the union. */
static void nvsp_replies(struct kunit *test)
{
	static const struct {
		enum nvsp_type type;
		u32 size;
	} replies[] = {
		{ NVSP_INIT_COMPLETE, 16 },
		{ NVSP_SEND_RECV_BUFFER_COMPLETE, 28 },
		{ NVSP_SEND_SEND_BUFFER_COMPLETE, 12 },
		{ NVSP_SEND_RNDIS_COMPLETE, 8 },
		{ NVSP_SUBCHANNEL, 12 },
	};
	struct nvsp_message in, out;
	u8 raw[64];
	unsigned int i;

	memset(&in, 0xa5, sizeof(in));
	for (i = 0; i < ARRAY_SIZE(replies); i++) {
		in.type = replies[i].type;
		KUNIT_EXPECT_TRUE(test, nvsp_copy_reply(&out, &in,
							replies[i].size,
							replies[i].type));
		/* What the host has not sent is zero. */
		KUNIT_EXPECT_FALSE(test, memchr_inv((void *)&out +
						    replies[i].size, 0,
						    sizeof(out) -
						    replies[i].size));
		KUNIT_EXPECT_FALSE(test, nvsp_copy_reply(&out, &in,
							 replies[i].size - 1,
							 replies[i].type));
		in.type++;
		KUNIT_EXPECT_FALSE(test, nvsp_copy_reply(&out, &in, sizeof(in),
							 replies[i].type));
	}
	/* More than there is in our structure, as newer hosts send. */
	memset(raw, 0x5a, sizeof(raw));
	in.type = NVSP_INIT_COMPLETE;
	memcpy(raw, &in, sizeof(in.type));
	KUNIT_EXPECT_TRUE(test, nvsp_copy_reply(&out, raw, sizeof(raw),
						NVSP_INIT_COMPLETE));
	/* No answer is of a type that only we send. */
	in.type = NVSP_INIT;
	KUNIT_EXPECT_FALSE(test, nvsp_copy_reply(&out, &in, sizeof(in),
						 NVSP_INIT));
}

static void nvsp_recv(struct kunit *test)
{
	struct nvsp_message m = { .type = NVSP_SEND_RECV_BUFFER_COMPLETE };
	struct nvsp_recv_layout layout = { };

	m.recv_buffer_complete.status = NVSP_STATUS_SUCCESS;
	m.recv_buffer_complete.nr_sections = 1;
	m.recv_buffer_complete.section.size = 1728;
	m.recv_buffer_complete.section.count = BUFFER / 1728;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), 0);
	KUNIT_EXPECT_EQ(test, layout.section_size, 1728);
	KUNIT_EXPECT_EQ(test, layout.nr_sections, BUFFER / 1728);

	m.recv_buffer_complete.section.count++;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	/* The product does not fit into 32 bits. */
	m.recv_buffer_complete.section.size = 0x10000;
	m.recv_buffer_complete.section.count = 0x10000;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	m.recv_buffer_complete.section.size = 0;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	m.recv_buffer_complete.section.size = 1728;
	m.recv_buffer_complete.section.count = 0;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	m.recv_buffer_complete.section.count = 10;
	m.recv_buffer_complete.section.offset = 4096;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	m.recv_buffer_complete.section.offset = 0;
	m.recv_buffer_complete.nr_sections = 2;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EPROTO);
	m.recv_buffer_complete.nr_sections = 1;
	m.recv_buffer_complete.status = NVSP_STATUS_FAIL;
	KUNIT_EXPECT_EQ(test, nvsp_recv_layout(&m, BUFFER, &layout), -EIO);
}

static void nvsp_send(struct kunit *test)
{
	struct nvsp_message m = { .type = NVSP_SEND_SEND_BUFFER_COMPLETE };
	u32 size = 0;

	m.send_buffer_complete.status = NVSP_STATUS_SUCCESS;
	m.send_buffer_complete.section_size = 6144;
	KUNIT_EXPECT_EQ(test, nvsp_send_sections(&m, 3 << 20, &size), 512);
	KUNIT_EXPECT_EQ(test, size, 6144);
	m.send_buffer_complete.section_size = 3 << 20;
	KUNIT_EXPECT_EQ(test, nvsp_send_sections(&m, 3 << 20, &size), 1);
	m.send_buffer_complete.section_size = (3 << 20) + 1;
	KUNIT_EXPECT_EQ(test, nvsp_send_sections(&m, 3 << 20, &size), 0);
	m.send_buffer_complete.section_size = 0;
	KUNIT_EXPECT_EQ(test, nvsp_send_sections(&m, 3 << 20, &size), 0);
	m.send_buffer_complete.section_size = 6144;
	m.send_buffer_complete.status = NVSP_STATUS_NONE;
	KUNIT_EXPECT_EQ(test, nvsp_send_sections(&m, 3 << 20, &size), 0);
}

static struct kunit_case nvsp_cases[] = {
	KUNIT_CASE(nvsp_replies),
	KUNIT_CASE(nvsp_recv),
	KUNIT_CASE(nvsp_send),
	{}
};

static struct kunit_suite nvsp_suite = {
	.name = "xhv-nvsp",
	.test_cases = nvsp_cases,
};
kunit_test_suite(nvsp_suite);
