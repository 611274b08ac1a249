// SPDX-License-Identifier: GPL-2.0-only
/*
 * Network rings from the front end's request to its response, and front ends that
 * do what no sane one would.
 */
#include "vif.h"
#include <net/checksum.h>

static void small_packets_are_copied(struct kunit *test)
{
	open(test);
	memset(t->data[0], 0x5a, PAGE_SIZE);
	put(0, 100, 256, 0);
	put(0, 0, 257, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 2);
	KUNIT_EXPECT_EQ(test, t->kicks, 1);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.head_len, 256);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.nr_frags, 0);
	KUNIT_EXPECT_EQ(test, t->sent[0].head[255], 0x5a);
	/* One byte more: a head, and the rest from the guest's page. */
	KUNIT_EXPECT_EQ(test, t->sent[1].tx.head_len, VIF_HEAD_BYTES);
	KUNIT_ASSERT_EQ(test, t->sent[1].tx.nr_frags, 1);
	KUNIT_EXPECT_EQ(test, t->sent[1].frags[0].pfn, pfn(t->data[0]));
	KUNIT_EXPECT_EQ(test, t->sent[1].frags[0].offset, VIF_HEAD_BYTES);
	KUNIT_EXPECT_EQ(test, t->sent[1].frags[0].len, 257 - VIF_HEAD_BYTES);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 1);
	KUNIT_EXPECT_TRUE(test, no_response());
	end_tx(1, 0);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	end_tx(0, -EIO);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.packets, 1);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.errors, 1);
	close(test);
}

/* A packet of 2 slots with TSO, as the stock front end makes it. */
static void put_tso(u32 payload, u16 mss)
{
	u32 left = payload;
	int page = 1;

	tcp4(t->data[0], HDRS + payload);
	put(0, 0, HDRS + payload, XEN_NETTXF_csum_blank |
	    XEN_NETTXF_data_validated | XEN_NETTXF_extra_info |
	    XEN_NETTXF_more_data);
	put_gso(XEN_NETIF_GSO_TYPE_TCPV4, mss);
	for (; left > PAGE_SIZE; left -= PAGE_SIZE)
		put(page++, 0, PAGE_SIZE, XEN_NETTXF_more_data);
	put(page, 0, left, 0);
}

static void segmentation(struct kunit *test)
{
	const struct xhv_net_tx *tx = &t->sent[0].tx;

	open(test);
	put_tso(10000, 1448);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 1);
	KUNIT_EXPECT_EQ(test, tx->flags, XHV_NET_TSO4 | XHV_NET_CSUM_TCP4);
	KUNIT_EXPECT_EQ(test, tx->gso_size, 1448);
	KUNIT_EXPECT_EQ(test, tx->len, HDRS + 10000);
	KUNIT_EXPECT_EQ(test, tx->l3_offset, 14);
	KUNIT_EXPECT_EQ(test, tx->l4_offset, 34);
	KUNIT_EXPECT_EQ(test, tx->hdr_len, HDRS);
	/* The headers' page is in the head, and a bit of what follows. */
	KUNIT_EXPECT_EQ(test, tx->head_len, VIF_HEAD_BYTES);
	KUNIT_EXPECT_EQ(test, tx->nr_frags, 3);
	KUNIT_EXPECT_EQ(test, t->sent[0].frags[0].pfn, pfn(t->data[1]));
	KUNIT_EXPECT_EQ(test, nr_pinned(), 4);
	end_tx(0, 0);
	end_batch();
	/* One for each slot, and the extra one. */
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_NULL);
	KUNIT_EXPECT_TRUE(test, no_response());

	/* A single segment is nothing to segment. */
	t->nr_sent = 0;
	put_tso(1448, 1448);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 1);
	KUNIT_EXPECT_EQ(test, tx->flags, XHV_NET_CSUM_TCP4);
	close(test);
}

/* Larger than the host takes: in parts, each a packet of its own. */
static void parts(struct kunit *test)
{
	u32 seq = 1000, total = 0, i, f, sum;
	const struct iphdr *ip;
	const struct tcphdr *tcp;
	const struct sent *s;

	t->dev.gso_max_size = HDRS + 7 * 1448;
	open(test);
	put_tso(20000, 1448);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 2);
	for (i = 0; i < 2; i++) {
		s = &t->sent[i];
		ip = (const struct iphdr *)(s->head + 14);
		tcp = (const struct tcphdr *)(ip + 1);
		sum = s->tx.head_len;
		for (f = 0; f < s->tx.nr_frags; f++)
			sum += s->frags[f].len;
		KUNIT_EXPECT_EQ(test, sum, s->tx.len);
		KUNIT_EXPECT_LE(test, s->tx.len, t->dev.gso_max_size);
		KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), s->tx.len - 14);
		KUNIT_EXPECT_EQ(test, ntohs(ip->id), 100 + 7 * i);
		KUNIT_EXPECT_EQ(test, ip_fast_csum(ip, 5), 0);
		KUNIT_EXPECT_EQ(test, ntohl(tcp->seq), seq);
		KUNIT_EXPECT_EQ(test, (bool)tcp->fin, i == 1);
		KUNIT_EXPECT_EQ(test, (bool)tcp->psh, i == 1);
		KUNIT_EXPECT_EQ(test, (bool)tcp->cwr, i == 0);
		KUNIT_EXPECT_EQ(test, tcp->check,
				(__sum16)~csum_tcpudp_magic(ip->saddr, ip->daddr,
							    s->tx.len - 34,
							    IPPROTO_TCP, 0));
		seq += s->tx.len - HDRS;
		total += s->tx.len - HDRS;
	}
	KUNIT_EXPECT_EQ(test, total, 20000);
	/* The second begins where the first ends. */
	KUNIT_EXPECT_EQ(test, t->sent[1].frags[0].pfn,
			pfn(t->data[1 + 7 * 1448 / PAGE_SIZE]));
	KUNIT_EXPECT_EQ(test, t->sent[1].frags[0].offset, 7 * 1448 % PAGE_SIZE);
	/* Answered when both have ended, in any order. */
	end_tx(0, 0);
	end_batch();
	KUNIT_EXPECT_TRUE(test, no_response());
	end_tx(1, -EIO);
	end_batch();
	KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.splits, 1);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	close(test);
}

/* What the host does not do is done here. */
static void checksum_in_software(struct kunit *test)
{
	struct iphdr *ip = (struct iphdr *)(t->sent[0].head + 14);
	struct tcphdr *tcp;

	t->vif.features = 0;
	t->copy_max = 0;
	open(test);
	tcp4(t->data[0], HDRS + 200);
	memset(t->data[1], 0x77, 200);
	tcp = t->data[0] + 34;
	tcp->check = ~csum_tcpudp_magic(htonl(0x0a000001), htonl(0x0a000002),
					220, IPPROTO_TCP, 0);
	put(0, 0, HDRS + 200, XEN_NETTXF_csum_blank | XEN_NETTXF_more_data);
	put(1, 0, 200, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 1);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.flags, 0);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.csum, 1);
	/* All of it in one piece has a sum of zero. */
	memcpy(t->sent[0].head + HDRS, t->data[1], 200);
	KUNIT_EXPECT_EQ(test, csum_tcpudp_magic(ip->saddr, ip->daddr, 220,
						IPPROTO_TCP,
						csum_partial(ip + 1, 220, 0)),
			0);
	close(test);
}

static void tag_beside(struct kunit *test)
{
	u8 *p = t->data[0];

	t->vif.features = XHV_NET_VLAN;
	open(test);
	memset(p, 1, 12);
	p[12] = 0x81;
	p[14] = 0x20;
	p[15] = 7;
	p[16] = 8;
	memset(p + 18, 2, 100);
	put(0, 0, 118, 0);
	notify();
	KUNIT_ASSERT_EQ(test, t->nr_sent, 1);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.flags, XHV_NET_VLAN);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.vlan_tci, 0x2007);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.len, 114);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.head_len, 114);
	KUNIT_EXPECT_EQ(test, t->sent[0].tx.head_offset, 4);
	KUNIT_EXPECT_EQ(test, t->sent[0].head[4], 1);
	KUNIT_EXPECT_EQ(test, t->sent[0].head[15], 1);
	KUNIT_EXPECT_EQ(test, t->sent[0].head[16], 8);
	KUNIT_EXPECT_EQ(test, t->sent[0].head[18], 2);
	close(test);
}

static void a_full_channel_stops_the_ring(struct kunit *test)
{
	int i;

	open(test);
	t->room = 3;
	for (i = 0; i < 8; i++)
		put(0, 0, 1000, 0);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_sent, 3);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.full, 1);
	/* Nothing is lost, nothing twice, all in order. */
	for (i = 0; i < 8; i++) {
		end_tx(i, 0);
		t->room++;
		end_batch();
		KUNIT_EXPECT_EQ(test, response(test), XEN_NETIF_RSP_OKAY);
		KUNIT_EXPECT_TRUE(test, no_response());
	}
	KUNIT_EXPECT_EQ(test, t->nr_sent, 8);
	KUNIT_EXPECT_EQ(test, t->queue.inflight, 0);
	close(test);
}

static void refusals(struct kunit *test)
{
	open(test);
	/* Beyond the MTU, too short, headers that are none. */
	put(0, 0, 1515, 0);
	put(0, 0, 13, 0);
	put(0, 0, 100, XEN_NETTXF_csum_blank);
	/* Sizes that do not add up. */
	put(0, 0, 100, XEN_NETTXF_more_data);
	put(1, 0, 101, 0);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_sent, 0);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.rejects, 4);
	/* Grants: not granted; read-only is enough. */
	put(0, 0, 1000, XEN_NETTXF_more_data);
	put(100, 0, 500, 0);
	grant(DATA_REF + 3, t->data[3], GTF_readonly);
	put(3, 0, 1000, 0);
	notify();
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.bad_grants, 1);
	KUNIT_EXPECT_EQ(test, t->nr_sent, 1);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 1);
	t->vif.carrier = false;
	put(0, 0, 1000, 0);
	notify();
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.no_carrier, 1);
	end_tx(0, 0);
	end_tx(0, 0);
	t->q.client->tx_done(t->q.client_ctx, ~0ULL, 0);
	KUNIT_EXPECT_EQ(test, t->queue.tx_st.bogus, 2);
	end_batch();
	KUNIT_EXPECT_NULL(test, xhv_double_fault);
	close(test);
}

static void broken_for_good(struct kunit *test, void (*misuse)(void))
{
	t->tx.req_prod_pvt = 0;
	t->tx.rsp_cons = 0;
	memset(t->tx_page, 0, PAGE_SIZE);
	XEN_FRONT_RING_INIT(&t->tx, (struct xen_netif_tx_sring *)t->tx_page,
			    PAGE_SIZE);
	memset(&t->queue, 0, sizeof(t->queue));
	xhv_double_fault = NULL;
	open(test);
	misuse();
	notify();
	KUNIT_EXPECT_NOT_NULL(test, xhv_double_fault);
	KUNIT_EXPECT_EQ(test, t->nr_sent, 0);
	KUNIT_EXPECT_TRUE(test, no_response());
	/* It takes no more. */
	put(0, 0, 1000, 0);
	notify();
	KUNIT_EXPECT_EQ(test, t->nr_sent, 0);
	close(test);
}

static void beyond_the_page(void)
{
	put(0, 4000, 97, 0);
}

static void beyond_the_page_later(void)
{
	put(0, 0, 1000, XEN_NETTXF_more_data);
	put(1, 4000, 97, 0);
}

static void missing_slot(void)
{
	put(0, 0, 1000, XEN_NETTXF_more_data);
}

static void missing_extra(void)
{
	put(0, 0, 1000, XEN_NETTXF_extra_info);
}

static void no_gso_size(void)
{
	put(0, 0, 1000, XEN_NETTXF_extra_info);
	put_gso(XEN_NETIF_GSO_TYPE_TCPV4, 0);
}

static void bad_gso_type(void)
{
	put(0, 0, 1000, XEN_NETTXF_extra_info);
	put_gso(3, 1000);
}

static void far_producer(void)
{
	t->tx.req_prod_pvt = 1000;
}

static void producer_goes_back(void)
{
	t->tx.req_prod_pvt = -3;
}

static void too_many_slots(void)
{
	int i;

	put(0, 0, 2000, XEN_NETTXF_more_data);
	for (i = 0; i < 20; i++)
		put(1, 0, 50, i < 19 ? XEN_NETTXF_more_data : 0);
}

static void faults(struct kunit *test)
{
	broken_for_good(test, beyond_the_page);
	broken_for_good(test, beyond_the_page_later);
	broken_for_good(test, missing_slot);
	broken_for_good(test, missing_extra);
	broken_for_good(test, no_gso_size);
	broken_for_good(test, bad_gso_type);
	broken_for_good(test, far_producer);
	broken_for_good(test, producer_goes_back);
	broken_for_good(test, too_many_slots);
}

static void receiving(struct kunit *test)
{
	u8 *data = kunit_kmalloc(test, 10000, GFP_KERNEL);
	struct xen_netif_rx_response rsp;
	struct xen_netif_extra_info extra;

	KUNIT_ASSERT_NOT_NULL(test, data);
	memset(data, 0x11, 4096);
	memset(data + 4096, 0x22, 10000 - 4096);
	open(test);
	put_buffers(0, 8);
	KUNIT_EXPECT_TRUE(test, receive(data, 60, XHV_NET_RX_UNKNOWN, 0));
	KUNIT_EXPECT_TRUE(test, receive(data, 4097, XHV_NET_RX_GOOD, 0));
	KUNIT_EXPECT_TRUE(test, receive(data, 10000, XHV_NET_RX_PARTIAL, 1448));
	/* Nothing is shown before the end of the batch. */
	KUNIT_EXPECT_EQ(test, t->rx.sring->rsp_prod, 0);
	end_batch();
	rsp = received(test);
	KUNIT_EXPECT_EQ(test, rsp.status, 60);
	KUNIT_EXPECT_EQ(test, rsp.flags, 0);
	rsp = received(test);
	KUNIT_EXPECT_EQ(test, rsp.status, 4096);
	KUNIT_EXPECT_EQ(test, rsp.flags,
			XEN_NETRXF_data_validated | XEN_NETRXF_more_data);
	rsp = received(test);
	KUNIT_EXPECT_EQ(test, rsp.id, 2);
	KUNIT_EXPECT_EQ(test, rsp.status, 1);
	KUNIT_EXPECT_EQ(test, rsp.flags, 0);
	KUNIT_EXPECT_EQ(test, *(u8 *)t->data[2], 0x22);
	rsp = received(test);
	KUNIT_EXPECT_EQ(test, rsp.flags,
			XEN_NETRXF_data_validated | XEN_NETRXF_csum_blank |
			XEN_NETRXF_more_data | XEN_NETRXF_extra_info);
	RING_COPY_RESPONSE(&t->rx, t->rx.rsp_cons, &extra);
	t->rx.rsp_cons++;
	KUNIT_EXPECT_EQ(test, extra.type, XEN_NETIF_EXTRA_TYPE_GSO);
	KUNIT_EXPECT_EQ(test, extra.u.gso.size, 1448);
	KUNIT_EXPECT_EQ(test, received(test).status, 4096);
	KUNIT_EXPECT_EQ(test, received(test).status, 10000 - 8192);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	close(test);
}

static void a_receiver_without_room(struct kunit *test)
{
	static const u8 zeroes[5000];

	open(test);
	put_buffers(0, 1);
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 100, 0, 0));
	KUNIT_EXPECT_FALSE(test, receive(zeroes, 5000, 0, 0));
	KUNIT_EXPECT_FALSE(test, receive(zeroes, 5000, 0, 0));
	end_batch();
	/* One is not enough: no event. */
	put_buffers(1, 1);
	KUNIT_EXPECT_EQ(test, t->resumes, 0);
	put_buffers(2, 1);
	KUNIT_EXPECT_EQ(test, t->resumes, 1);
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 5000, 0, 0));
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.full, 2);
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.packets, 2);
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.drops, 0);
	close(test);
}

static void bad_receivers(struct kunit *test)
{
	static const u8 zeroes[5000];

	open(test);
	grant(DATA_REF + 1, t->data[1], GTF_readonly);
	put_buffers(0, 3);
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 5000, 0, 0));
	end_batch();
	KUNIT_EXPECT_EQ(test, received(test).status, 4096);
	KUNIT_EXPECT_EQ(test, received(test).status, XEN_NETIF_RSP_ERROR);
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.bad_grants, 1);
	KUNIT_EXPECT_EQ(test, nr_pinned(), 0);
	/* Of no use to anybody. */
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 13, 0, 0));
	t->vif.rx_caps = 0;
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 5000, 0, 0));
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.drops, 2);
	KUNIT_EXPECT_NULL(test, xhv_double_fault);
	WRITE_ONCE(t->rx.sring->req_prod, 5000);
	KUNIT_EXPECT_TRUE(test, receive(zeroes, 100, 0, 0));
	KUNIT_EXPECT_NOT_NULL(test, xhv_double_fault);
	close(test);
}

static void multicast(struct kunit *test)
{
	static u8 packet[64] = { 0x33, 0x33, 0, 0, 0, 1 };
	int i;

	open(test);
	put_buffers(0, 8);
	KUNIT_EXPECT_TRUE(test, receive(packet, 64, 0, 0));
	t->vif.mcast_control = true;
	KUNIT_EXPECT_TRUE(test, receive(packet, 64, 0, 0));
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.filtered, 1);
	KUNIT_EXPECT_EQ(test, vif_mcast_change(&t->vif, true, packet), 0);
	KUNIT_EXPECT_TRUE(test, receive(packet, 64, 0, 0));
	KUNIT_EXPECT_EQ(test, t->queue.rx_st.packets, 2);
	for (i = 1; i < VIF_MAX_MCAST; i++) {
		packet[5] = 1 + i;
		KUNIT_EXPECT_EQ(test, vif_mcast_change(&t->vif, true, packet), 0);
	}
	packet[4] = 9;
	KUNIT_EXPECT_EQ(test, vif_mcast_change(&t->vif, true, packet), -ENOSPC);
	packet[4] = 0;
	KUNIT_EXPECT_EQ(test, vif_mcast_change(&t->vif, false, packet), 0);
	KUNIT_EXPECT_FALSE(test, vif_mcast_wanted(&t->vif, packet));
	close(test);
}

static void numbers(struct kunit *test)
{
	guid_t a = GUID_INIT(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	guid_t b = GUID_INIT(2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	struct vif_slot *sa = vif_slot_get(&a), *sb = vif_slot_get(&b);

	KUNIT_EXPECT_EQ(test, vif_slot_number(sb), vif_slot_number(sa) + 1);
	KUNIT_EXPECT_EQ(test, PTR_ERR(vif_slot_get(&a)), -EBUSY);
	vif_slot_put(sa);
	vif_slot_put(sb);
	/* Whoever comes first: its own again. */
	KUNIT_EXPECT_PTR_EQ(test, vif_slot_get(&b), sb);
	KUNIT_EXPECT_PTR_EQ(test, vif_slot_get(&a), sa);
	vif_slot_put(sa);
	vif_slot_put(sb);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(small_packets_are_copied),
	KUNIT_CASE(segmentation),
	KUNIT_CASE(parts),
	KUNIT_CASE(checksum_in_software),
	KUNIT_CASE(tag_beside),
	KUNIT_CASE(a_full_channel_stops_the_ring),
	KUNIT_CASE(refusals),
	KUNIT_CASE(faults),
	KUNIT_CASE(receiving),
	KUNIT_CASE(a_receiver_without_room),
	KUNIT_CASE(bad_receivers),
	KUNIT_CASE(multicast),
	KUNIT_CASE(numbers),
	{ }
};

static struct kunit_suite suite = {
	.name = "xhv-vif",
	.init = setup,
	.exit = teardown,
	.test_cases = cases,
};

kunit_test_suite(suite);
