// SPDX-License-Identifier: GPL-2.0-only
/*
 * RNDIS messages: what is built for the host, byte by byte where a host reads it,
 * and what is made of the host's, good and bad.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/checksum.h>

#include "hyperv-abi/nvsp.h"
#include "hyperv-abi/rndis.h"

#define MSG_ROOM	1024

static u8 *zeroed(struct kunit *test, size_t size)
{
	u8 *p = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	return p;
}

static u32 word(const void *msg, u32 at)
{
	u32 v;

	memcpy(&v, msg + at, sizeof(v));
	return v;
}

static void tx_plain(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM);
	struct xhv_net_tx tx = { .head_len = 60, .len = 60 };

	KUNIT_EXPECT_EQ(test, rndis_tx_build(msg, &tx), RNDIS_TX_ROOM + 60);
	KUNIT_EXPECT_EQ(test, word(msg, 0), 1);
	KUNIT_EXPECT_EQ(test, word(msg, 4), RNDIS_TX_ROOM + 60);
	/* The frame is where it was put, counted from behind the header. */
	KUNIT_EXPECT_EQ(test, word(msg, 8), RNDIS_TX_ROOM - 8);
	KUNIT_EXPECT_EQ(test, word(msg, 12), 60);
	KUNIT_EXPECT_EQ(test, word(msg, 32), 0);
	KUNIT_EXPECT_EQ(test, word(msg, 8) % 4, 0);
}

static void tx_csum_vlan(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM);
	struct xhv_net_tx tx = {
		.flags = XHV_NET_CSUM_UDP6 | XHV_NET_VLAN, .head_offset = 4,
		.head_len = 100, .nr_frags = 1, .len = 1500,
		.vlan_tci = 5 << 13 | 1 << 12 | 0x123,
		.l3_offset = 14, .l4_offset = 54, .hdr_len = 62,
	};
	u32 ppi = 8 + 36;

	KUNIT_EXPECT_EQ(test, rndis_tx_build(msg, &tx),
			RNDIS_TX_ROOM + 4 + 100);
	KUNIT_EXPECT_EQ(test, word(msg, 4), RNDIS_TX_ROOM + 4 + 1500);
	KUNIT_EXPECT_EQ(test, word(msg, 8), RNDIS_TX_ROOM + 4 - 8);
	KUNIT_EXPECT_EQ(test, word(msg, 12), 1500);
	KUNIT_EXPECT_EQ(test, word(msg, 28), 36);
	KUNIT_EXPECT_EQ(test, word(msg, 32), 32);
	/* 802.1Q: priority, CFI and id from the low end. */
	KUNIT_EXPECT_EQ(test, word(msg, ppi), 16);
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 4), 6);
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 8), 12);
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 12), 5 | 1 << 3 | 0x123 << 4);
	/* Checksum: IPv6, UDP, where its header is. */
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 16), 16);
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 20), 0);
	KUNIT_EXPECT_EQ(test, word(msg, ppi + 28), 2 | 8 | 54 << 16);
}

/* Against the kernel's own sums, as drivers/net/hyperv makes them. */
static void tx_lso4(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM), again[MSG_ROOM];
	struct iphdr *ip = (void *)msg + RNDIS_TX_ROOM + ETH_HLEN;
	struct tcphdr *tcp = (void *)(ip + 1);
	struct xhv_net_tx tx = {
		.flags = XHV_NET_CSUM_TCP4 | XHV_NET_TSO4, .head_len = 54,
		.nr_frags = 4, .len = 14000, .l3_offset = 14, .l4_offset = 34,
		.hdr_len = 54, .gso_size = 1448,
	};

	ip->saddr = htonl(0xfffefdfc);
	ip->daddr = htonl(0xc0a80a01);
	ip->tot_len = htons(13986);
	ip->check = 0x1234;
	tcp->check = 0x4321;
	KUNIT_EXPECT_EQ(test, rndis_tx_build(msg, &tx), RNDIS_TX_ROOM + 54);
	KUNIT_EXPECT_EQ(test, ip->tot_len, 0);
	KUNIT_EXPECT_EQ(test, ip->check, 0);
	KUNIT_EXPECT_EQ(test, (u16)tcp->check,
			(u16)~csum_tcpudp_magic(ip->saddr, ip->daddr, 0,
						IPPROTO_TCP, 0));
	KUNIT_EXPECT_EQ(test, word(msg, 32), 16);
	KUNIT_EXPECT_EQ(test, word(msg, 44 + 4), 2);
	KUNIT_EXPECT_EQ(test, word(msg, 44 + 12),
			1448 | 34 << 20 | 1U << 30);
	/* A full channel: the same packet once more. */
	memcpy(again, msg, sizeof(again));
	rndis_tx_build(msg, &tx);
	KUNIT_EXPECT_EQ(test, memcmp(again, msg, sizeof(again)), 0);
}

static void tx_lso6(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM);
	struct ipv6hdr *ip = (void *)msg + RNDIS_TX_ROOM + ETH_HLEN;
	struct tcphdr *tcp = (void *)(ip + 1);
	struct xhv_net_tx tx = {
		.flags = XHV_NET_CSUM_TCP6 | XHV_NET_TSO6, .head_len = 74,
		.nr_frags = 4, .len = 14000, .l3_offset = 14, .l4_offset = 54,
		.hdr_len = 74, .gso_size = 1428,
	};
	__wsum sum = (__force __wsum)htonl(IPPROTO_TCP);

	memset(&ip->saddr, 0xfe, sizeof(ip->saddr));
	memset(&ip->daddr, 0x81, sizeof(ip->daddr));
	ip->payload_len = htons(13946);
	rndis_tx_build(msg, &tx);
	KUNIT_EXPECT_EQ(test, ip->payload_len, 0);
	KUNIT_EXPECT_EQ(test, (u16)tcp->check,
			(u16)~csum_fold(csum_partial(&ip->saddr, 32, sum)));
	KUNIT_EXPECT_EQ(test, word(msg, 44 + 12),
			1428 | 54 << 20 | 1U << 30 | 1U << 31);
}

/* A packet message with one PPI and @len bytes of frame. */
static u32 packet(u8 *msg, u32 ppi_type, u32 ppi_word, u32 len)
{
	u32 m[] = {
		RNDIS_MSG_PACKET, 8 + 36 + 16 + len,
		36 + 16, len, 0, 0, 0, 36, 16, 0, 0,
		16, ppi_type, 12, ppi_word,
	};

	memcpy(msg, m, sizeof(m));
	return m[1];
}

static void put(u8 *msg, u32 at, u32 value)
{
	memcpy(msg + at, &value, sizeof(value));
}

static void rx_good(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM);
	struct rndis_header hdr;
	struct rndis_rx rx;
	u32 len = packet(msg, PPI_CHECKSUM, CSUM_RX_TCP_GOOD, 64);

	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, len, &hdr), 0);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, hdr.len, &rx), 0);
	KUNIT_EXPECT_PTR_EQ(test, rx.data, (const void *)(msg + 60));
	KUNIT_EXPECT_EQ(test, rx.len, 64);
	KUNIT_EXPECT_EQ(test, rx.csum, CSUM_RX_TCP_GOOD);
	KUNIT_EXPECT_FALSE(test, rx.tagged);

	packet(msg, PPI_8021Q, rndis_vlan_word(3 << 13 | 42), 64);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len, &rx), 0);
	KUNIT_EXPECT_TRUE(test, rx.tagged);
	KUNIT_EXPECT_EQ(test, rx.vlan, 3 << 13 | 42);
	KUNIT_EXPECT_EQ(test, rx.csum, 0);

	/* Of a kind that is not known; with none; longer than it says. */
	packet(msg, 77, 1, 64);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len, &rx), 0);
	put(msg, 32, 0);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len + 8, &rx), 0);
	/* A part of a coalesced packet. */
	packet(msg, PPI_PACKET_ID | PPI_INTERNAL, 1 | 1 << 8, 64);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len, &rx), -EOPNOTSUPP);
	packet(msg, PPI_PACKET_ID | PPI_INTERNAL, 1, 64);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len, &rx), 0);
}

static void rx_headers(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM);
	struct rndis_header hdr;
	u32 len = packet(msg, 0, 0, 64);

	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, 7, &hdr), -EINVAL);
	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, len - 1, &hdr), -EINVAL);
	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, len + 1, &hdr), 0);
	put(msg, 4, 7);
	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, len, &hdr), -EINVAL);
	put(msg, 4, U32_MAX);
	KUNIT_EXPECT_EQ(test, rndis_rx_header(msg, len, &hdr), -EINVAL);
}

/* Each field with each value that is just, or by far, too much. */
static void rx_lies(struct kunit *test)
{
	static const struct {
		u32 at;
		u32 value;
	} lies[] = {
		{ 8, 0 }, { 8, 35 }, { 8, 53 }, { 8, 117 }, { 8, U32_MAX },
		{ 8, U32_MAX - 7 }, { 12, 65 }, { 12, U32_MAX }, { 12, 13 },
		{ 12, 0 }, { 28, 0 }, { 28, 35 }, { 28, 117 }, { 28, U32_MAX },
		{ 32, 81 }, { 32, U32_MAX }, { 32, 11 }, { 32, 1 },
		{ 44, 0 }, { 44, 11 }, { 44, 17 }, { 44, U32_MAX },
		{ 52, 11 }, { 52, 17 }, { 52, U32_MAX },
	};
	u8 *msg = zeroed(test, MSG_ROOM);
	struct rndis_rx rx;
	unsigned int i;
	u32 len;

	for (i = 0; i < ARRAY_SIZE(lies); i++) {
		len = packet(msg, 0, 0, 64);
		put(msg, lies[i].at, lies[i].value);
		KUNIT_EXPECT_EQ_MSG(test, rndis_rx_packet(msg, len, &rx),
				    -EINVAL, "%u at %u", lies[i].value,
				    lies[i].at);
	}
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, 43, &rx), -EINVAL);
	/* Room for a PPI's head, not for its word. */
	packet(msg, PPI_CHECKSUM, 0xff, 64);
	put(msg, 52, 16);
	KUNIT_EXPECT_EQ(test, rndis_rx_packet(msg, len, &rx), 0);
	KUNIT_EXPECT_EQ(test, rx.csum, 0);
}

static void rx_replies(struct kunit *test)
{
	u8 *msg = zeroed(test, MSG_ROOM), data[8] = { };
	u32 m[] = { RNDIS_MSG_QUERY_C, 32, 7, 0, 4, 16, 0x12345678, 0 };
	struct rndis_reply reply;

	memcpy(msg, m, sizeof(m));
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 32, &reply, data, 8), 4);
	KUNIT_EXPECT_EQ(test, reply.id, 7);
	KUNIT_EXPECT_EQ(test, word(data, 0), 0x12345678);
	put(msg, 16, 9);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 32, &reply, data, 8),
			-EINVAL);
	put(msg, 16, 4);
	put(msg, 20, 15);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 32, &reply, data, 8),
			-EINVAL);
	put(msg, 20, 21);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 32, &reply, data, 8),
			-EINVAL);
	put(msg, 20, U32_MAX);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 32, &reply, data, 8),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 15, &reply, data, 8),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 20, &reply, data, 8),
			-EINVAL);
	/* Of an error there is no data. */
	put(msg, 12, RNDIS_STATUS_NOT_SUPPORTED);
	KUNIT_EXPECT_EQ(test, rndis_rx_reply(msg, 16, &reply, data, 8), 0);
	KUNIT_EXPECT_EQ(test, reply.status, RNDIS_STATUS_NOT_SUPPORTED);
	KUNIT_EXPECT_EQ(test, rndis_rx_status(msg, 20), 7);
	KUNIT_EXPECT_EQ(test, rndis_rx_status(msg, 19), 0);
}

static void requests(struct kunit *test)
{
	u8 *msg = zeroed(test, 4096), data[4] = { 1, 2, 3, 4 };

	KUNIT_EXPECT_EQ(test, rndis_build_init(msg, 3, 0x4000), 24);
	KUNIT_EXPECT_EQ(test, word(msg, 4), 24);
	KUNIT_EXPECT_EQ(test, word(msg, 12), 1);
	KUNIT_EXPECT_EQ(test, rndis_build_set(msg, 9, 0x1010e, data, 4), 32);
	KUNIT_EXPECT_EQ(test, word(msg, 0), RNDIS_MSG_SET);
	KUNIT_EXPECT_EQ(test, word(msg, 8), 9);
	KUNIT_EXPECT_EQ(test, word(msg, 12), 0x1010e);
	KUNIT_EXPECT_EQ(test, word(msg, 16), 4);
	KUNIT_EXPECT_EQ(test, word(msg, 20), 20);
	KUNIT_EXPECT_EQ(test, word(msg, 28), 0x04030201);
	KUNIT_EXPECT_EQ(test, rndis_build_query(msg, 9, 1, NULL, 0), 28);
}

static void offload_read(struct kunit *test)
{
	struct ndis_offload o;
	u32 max = 1, len = rndis_ask_offload(&o, NVSP_VERSION_6_1);

	KUNIT_EXPECT_EQ(test, len, 156);
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max), 0);
	KUNIT_EXPECT_EQ(test, max, 0);
	o.csum.ip4_tx = TXCSUM_TCP4 | TXCSUM_UDP4;
	o.csum.ip6_tx = TXCSUM_TCP6 | TXCSUM_UDP6;
	o.lso_v2.ip4_encap = ENCAP_8023;
	o.lso_v2.ip4_max = 60000;
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max),
			XHV_NET_CSUM | XHV_NET_TSO4);
	KUNIT_EXPECT_EQ(test, max, 60000);
	o.lso_v2.ip6_encap = ENCAP_8023;
	o.lso_v2.ip6_options = LSO_IP6;
	o.lso_v2.ip6_max = 50000;
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max),
			XHV_NET_CSUM | XHV_NET_TSO);
	KUNIT_EXPECT_EQ(test, max, 50000);
	/* No segmentation without the checksums of what it makes. */
	o.csum.ip4_tx = TXCSUM_UDP4 | 0x10;
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max),
			XHV_NET_CSUM_UDP4 | XHV_NET_CSUM_TCP6 |
			XHV_NET_CSUM_UDP6 | XHV_NET_TSO6);
	/* Shorter than it says, of another kind. */
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len - 1, &max), 0);
	o.hdr.size = NDIS_OFFLOAD_SIZE_6_0 - 1;
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max), 0);
	o.hdr.size = NDIS_OFFLOAD_SIZE_6_0;
	KUNIT_EXPECT_NE(test, rndis_read_offload(&o, len, &max), 0);
	o.hdr.type = NDIS_TYPE_DEFAULT;
	KUNIT_EXPECT_EQ(test, rndis_read_offload(&o, len, &max), 0);
}

static void offload_set(struct kunit *test)
{
	struct ndis_offload_params p;

	KUNIT_EXPECT_EQ(test, rndis_set_offload(&p, NVSP_VERSION_6_1,
						XHV_NET_CSUM | XHV_NET_TSO4),
			28);
	KUNIT_EXPECT_EQ(test, p.hdr.size, 28);
	KUNIT_EXPECT_EQ(test, p.tcp4_csum, PARAM_TX_RX);
	KUNIT_EXPECT_EQ(test, p.udp6_csum, PARAM_TX_RX);
	KUNIT_EXPECT_EQ(test, p.lso_v2_ip4, PARAM_ENABLED);
	KUNIT_EXPECT_EQ(test, p.lso_v2_ip6, 0);
	/* Older hosts know fewer fields. */
	KUNIT_EXPECT_EQ(test, rndis_set_offload(&p, NVSP_VERSION_4,
						XHV_NET_CSUM), 22);
	KUNIT_EXPECT_EQ(test, p.udp4_csum, 0);
}

static void rss(struct kunit *test)
{
	u8 *msg = zeroed(test, RNDIS_RSS_ROOM), table[300];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		table[i] = i % 3;
	KUNIT_EXPECT_EQ(test, rndis_set_rss(msg, table, 128, false),
			40 + 512 + 40);
	KUNIT_EXPECT_EQ(test, word(msg, 0), 40 << 16 | 2 << 8 | 0x89);
	KUNIT_EXPECT_EQ(test, word(msg, 4), 0);
	KUNIT_EXPECT_EQ(test, word(msg, 12), 512);
	KUNIT_EXPECT_EQ(test, word(msg, 16), 40);
	KUNIT_EXPECT_EQ(test, word(msg, 20), 40);
	KUNIT_EXPECT_EQ(test, word(msg, 24), 552);
	KUNIT_EXPECT_EQ(test, word(msg, 40 + 4 * 5), 2);
	KUNIT_EXPECT_EQ(test, msg[552], 0x6d);
	KUNIT_EXPECT_EQ(test, rndis_set_rss(msg, table, 300, true),
			RNDIS_RSS_ROOM);
	KUNIT_EXPECT_EQ(test, word(msg, 4), RSS_DISABLE);
}

static struct kunit_case rndis_cases[] = {
	KUNIT_CASE(tx_plain),
	KUNIT_CASE(tx_csum_vlan),
	KUNIT_CASE(tx_lso4),
	KUNIT_CASE(tx_lso6),
	KUNIT_CASE(rx_good),
	KUNIT_CASE(rx_headers),
	KUNIT_CASE(rx_lies),
	KUNIT_CASE(rx_replies),
	KUNIT_CASE(requests),
	KUNIT_CASE(offload_read),
	KUNIT_CASE(offload_set),
	KUNIT_CASE(rss),
	{}
};

static struct kunit_suite rndis_suite = {
	.name = "xhv-rndis",
	.test_cases = rndis_cases,
};
kunit_test_suite(rndis_suite);
