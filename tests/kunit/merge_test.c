// SPDX-License-Identifier: GPL-2.0-only
/*
 * Received TCP segments that become one packet: what is put together, what is not,
 * and that the headers of the whole are those that the kernel would make.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "hyperv-abi/net_merge.h"

#define MSS	1000
#define CAPS	(XHV_NET_RX_BIG | XHV_NET_RX_GSO4 | XHV_NET_RX_PARTIAL4)
#define HEADS	(ETH_HLEN + sizeof(struct iphdr) + sizeof(struct tcphdr))

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
	u8 data[MSS];
} __packed;

static struct frame *frame(struct kunit *test, u32 seq, u32 payload)
{
	struct frame *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, f);
	f->eth.h_proto = htons(ETH_P_IP);
	f->ip.version = 4;
	f->ip.ihl = 5;
	f->ip.ttl = 64;
	f->ip.protocol = IPPROTO_TCP;
	f->ip.frag_off = htons(IP_DF);
	f->ip.saddr = htonl(0x0a4d0001);
	f->ip.daddr = htonl(0xfefdfcfb);
	f->ip.tot_len = htons(40 + payload);
	f->tcp.source = htons(5201);
	f->tcp.doff = 5;
	f->tcp.ack = 1;
	f->tcp.seq = htonl(seq);
	f->tcp.window = htons(500);
	memset(f->data, seq, sizeof(f->data));
	return f;
}

static struct rndis_rx rx_of(const struct frame *f)
{
	return (struct rndis_rx) {
		.data = f, .len = ETH_HLEN + ntohs(f->ip.tot_len),
		.csum = CSUM_RX_TCP_GOOD | CSUM_RX_IP_GOOD,
	};
}

static struct net_merge *merge(struct kunit *test)
{
	struct net_merge *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, m);
	return m;
}

static bool begins(struct net_merge *m, const struct frame *f)
{
	struct rndis_rx rx = rx_of(f);

	return net_merge_begin(m, &rx, CAPS);
}

static bool adds(struct net_merge *m, const struct frame *f)
{
	struct rndis_rx rx = rx_of(f);

	return net_merge_add(m, &rx);
}

static void merge_three(struct kunit *test)
{
	struct net_merge *m = merge(test);
	struct frame *last = frame(test, 2 * MSS - 5, 7);
	const struct iphdr *ip;
	const struct tcphdr *tcp;
	struct xhv_net_rx rx;

	last->tcp.psh = 1;
	/* Sequence numbers wrap. */
	KUNIT_EXPECT_TRUE(test, begins(m, frame(test, -5, MSS)));
	KUNIT_EXPECT_TRUE(test, adds(m, frame(test, MSS - 5, MSS)));
	KUNIT_EXPECT_TRUE(test, adds(m, last));
	KUNIT_EXPECT_FALSE(test, adds(m, frame(test, 2 * MSS + 2, MSS)));
	net_merge_end(m, &rx);
	KUNIT_EXPECT_EQ(test, rx.len, HEADS + 2 * MSS + 7);
	KUNIT_EXPECT_EQ(test, rx.nr_pieces, 4);
	KUNIT_EXPECT_EQ(test, rx.gso, XHV_NET_TSO4);
	KUNIT_EXPECT_EQ(test, rx.gso_size, MSS);
	KUNIT_EXPECT_EQ(test, rx.csum, XHV_NET_RX_PARTIAL);
	KUNIT_EXPECT_EQ(test, rx.pieces[0].len, HEADS);
	KUNIT_EXPECT_EQ(test, rx.pieces[3].len, 7);
	KUNIT_EXPECT_PTR_EQ(test, rx.pieces[3].data, (const void *)last->data);
	ip = rx.pieces[0].data + ETH_HLEN;
	tcp = (const void *)(ip + 1);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), 40 + 2 * MSS + 7);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(ip, 5), 0);
	KUNIT_EXPECT_EQ(test, (u16)tcp->check,
			(u16)~csum_tcpudp_magic(ip->saddr, ip->daddr,
						20 + 2 * MSS + 7, IPPROTO_TCP,
						0));
	KUNIT_EXPECT_TRUE(test, tcp->psh);
	KUNIT_EXPECT_EQ(test, ntohl(tcp->seq), (u32)-5);
}

/* What must not be the second, one difference each. */
static void merge_others(struct kunit *test)
{
	struct net_merge *m = merge(test);
	struct frame *f;
	unsigned int i;

	for (i = 0; i < 15; i++) {
		f = frame(test, MSS, MSS);
		switch (i) {
		case 0:
			f->tcp.seq++;
			break;
		case 1:
			f->tcp.ack_seq++;
			break;
		case 2:
			f->tcp.source++;
			break;
		case 3:
			f->ip.saddr++;
			break;
		case 4:
			f->ip.ttl--;
			break;
		case 5:
			f->ip.tos = 1;
			break;
		case 6:
			f->tcp.window++;
			break;
		case 7:
			f->tcp.fin = 1;
			break;
		case 8:
			f->tcp.syn = 1;
			break;
		case 9:
			f->tcp.cwr = 1;
			break;
		case 10:
			f->ip.frag_off = 0;
			break;
		case 11:
			f->tcp.doff = 6;
			break;
		case 12:
			f->ip.protocol = IPPROTO_UDP;
			break;
		case 13:
			f->eth.h_dest[0] = 2;
			break;
		case 14:
			f->tcp.urg_ptr = 1;
			break;
		}
		KUNIT_EXPECT_TRUE(test, begins(m, frame(test, 0, MSS)));
		KUNIT_EXPECT_FALSE_MSG(test, adds(m, f), "difference %u", i);
		KUNIT_EXPECT_TRUE(test, adds(m, frame(test, MSS, MSS)));
	}
	/* Longer than the first; none after a shorter one. */
	KUNIT_EXPECT_TRUE(test, begins(m, frame(test, 0, 500)));
	KUNIT_EXPECT_FALSE(test, adds(m, frame(test, 500, 501)));
	KUNIT_EXPECT_TRUE(test, adds(m, frame(test, 500, 499)));
	KUNIT_EXPECT_FALSE(test, adds(m, frame(test, 999, 500)));
}

static void merge_none(struct kunit *test)
{
	struct net_merge *m = merge(test);
	struct frame *f = frame(test, 0, MSS);
	struct rndis_rx rx = rx_of(f);

	KUNIT_EXPECT_TRUE(test, net_merge_begin(m, &rx, CAPS));
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, XHV_NET_RX_BIG));
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx,
						 CAPS & ~XHV_NET_RX_BIG));
	rx.csum = 0;
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
	rx = rx_of(f);
	rx.tagged = true;
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
	rx = rx_of(f);
	/* IP says more than there is, or no data. */
	rx.len--;
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
	f->ip.tot_len = htons(40);
	rx = rx_of(f);
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
	rx.len = 60;
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
	f->tcp.doff = 15;
	f->ip.tot_len = htons(40 + 8);
	rx = rx_of(f);
	KUNIT_EXPECT_FALSE(test, net_merge_begin(m, &rx, CAPS));
}

static void merge_most(struct kunit *test)
{
	struct net_merge *m = merge(test);
	struct xhv_net_rx rx;
	u32 n = 1;

	KUNIT_EXPECT_TRUE(test, begins(m, frame(test, 0, MSS)));
	while (n < 100 && adds(m, frame(test, n * MSS, MSS)))
		n++;
	KUNIT_EXPECT_EQ(test, n, NET_MERGE_MAX);
	net_merge_end(m, &rx);
	KUNIT_EXPECT_LE(test, rx.len, 65535);
	KUNIT_EXPECT_EQ(test, rx.nr_pieces, 1 + NET_MERGE_MAX);
}

static struct kunit_case merge_cases[] = {
	KUNIT_CASE(merge_three),
	KUNIT_CASE(merge_others),
	KUNIT_CASE(merge_none),
	KUNIT_CASE(merge_most),
	{}
};

static struct kunit_suite merge_suite = {
	.name = "xhv-merge",
	.test_cases = merge_cases,
};
kunit_test_suite(merge_suite);
