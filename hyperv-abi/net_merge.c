// SPDX-License-Identifier: GPL-2.0-only
/*
 * Merging segments, see net_merge.h. The rules are those of GRO (inet_gro_receive()
 * and tcp_gro_receive() in net/ipv4): what is merged must give the same segments
 * again when it is divided.
 *
 * Headers are copied once and judged by the copy; no VMBus.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "../include/compat.h"
#include "net_merge.h"

/* Of the headers, in bytes from their beginning. RFC 791, 8200, 9293. */
#define IP4_LEN		20
#define IP4_TOTAL_LEN	2
#define IP4_FRAG	6
#define IP4_DF		0x4000
#define IP4_PROTO	9
#define IP4_CHECK	10
#define IP4_SADDR	12
#define IP6_LEN		40
#define IP6_PAYLOAD_LEN	4
#define IP6_NEXT	6
#define IP6_SADDR	8
#define TCP_LEN		20
#define TCP_SEQ		4
#define TCP_ACK		8
#define TCP_DOFF	12
#define TCP_FLAGS	13
#define TCP_CHECK	16
#define TCP_FLAG_PSH	0x08
#define TCP_FLAG_ACK	0x10
#define PROTO_TCP	6

/* What is asked of the headers that were copied. */
struct seg {
	u8 head[NET_MERGE_HEAD];
	u32 l3_len;
	u32 head_len;
	u32 payload;
};

static bool parse_ip4(const u8 *ip, u32 len, u32 *total)
{
	*total = get_unaligned_be16(ip + IP4_TOTAL_LEN);
	/* No options, no fragments, and the same segments again only with DF:
	 * who divides it numbers them.
	 */
	return len >= IP4_LEN && ip[0] == 0x45 && ip[IP4_PROTO] == PROTO_TCP &&
	       get_unaligned_be16(ip + IP4_FRAG) == IP4_DF;
}

static bool parse_ip6(const u8 *ip, u32 len, u32 *total)
{
	*total = IP6_LEN + get_unaligned_be16(ip + IP6_PAYLOAD_LEN);
	return len >= IP6_LEN && ip[0] >> 4 == 6 && ip[IP6_NEXT] == PROTO_TCP;
}

/* Is it a segment with data, of headers that can be merged? */
static bool parse(struct seg *s, const struct rndis_rx *f)
{
	u32 copied = min_t(u32, f->len, sizeof(s->head)), total, tcp_len;
	const u8 *ip = s->head + ETH_HLEN, *tcp;
	bool ok;

	if (f->tagged || !(f->csum & CSUM_RX_TCP_GOOD) ||
	    f->csum & (CSUM_RX_TCP_FAILED | CSUM_RX_IP_FAILED) ||
	    copied < ETH_HLEN + IP4_LEN + TCP_LEN)
		return false;
	memcpy(s->head, f->data, copied);
	switch (get_unaligned_be16(s->head + 2 * ETH_ALEN)) {
	case ETH_P_IP:
		s->l3_len = IP4_LEN;
		ok = parse_ip4(ip, copied - ETH_HLEN, &total);
		break;
	case ETH_P_IPV6:
		s->l3_len = IP6_LEN;
		ok = parse_ip6(ip, copied - ETH_HLEN, &total);
		break;
	default:
		return false;
	}
	if (!ok || copied < ETH_HLEN + s->l3_len + TCP_LEN)
		return false;
	tcp = ip + s->l3_len;
	tcp_len = (tcp[TCP_DOFF] >> 4) * 4;
	s->head_len = ETH_HLEN + s->l3_len + tcp_len;
	/* Short frames are padded: what counts is what IP says. */
	if (tcp_len < TCP_LEN || s->head_len > copied ||
	    ETH_HLEN + total > f->len || ETH_HLEN + total <= s->head_len)
		return false;
	s->payload = ETH_HLEN + total - s->head_len;
	return (tcp[TCP_FLAGS] & ~TCP_FLAG_PSH) == TCP_FLAG_ACK;
}

bool net_merge_begin(struct net_merge *m, const struct rndis_rx *frame,
		     unsigned int caps)
{
	const unsigned int caps4 = XHV_NET_RX_BIG | XHV_NET_RX_GSO4 |
				   XHV_NET_RX_PARTIAL4;
	const unsigned int caps6 = XHV_NET_RX_BIG | XHV_NET_RX_GSO6 |
				   XHV_NET_RX_PARTIAL6;
	const u8 *tcp;
	struct seg s;
	unsigned int need;

	if (!(caps & XHV_NET_RX_BIG) || !parse(&s, frame))
		return false;
	need = s.l3_len == IP4_LEN ? caps4 : caps6;
	if ((caps & need) != need)
		return false;
	tcp = s.head + ETH_HLEN + s.l3_len;
	if (tcp[TCP_FLAGS] & TCP_FLAG_PSH)
		return false;
	memcpy(m->head, s.head, s.head_len);
	m->head_len = s.head_len;
	m->l3_len = s.l3_len;
	m->mss = s.payload;
	m->payload = s.payload;
	m->next_seq = get_unaligned_be32(tcp + TCP_SEQ) + s.payload;
	m->closed = false;
	m->pieces[0].data = m->head;
	m->pieces[0].len = m->head_len;
	m->pieces[1].data = frame->data + s.head_len;
	m->pieces[1].len = s.payload;
	m->nr = 1;
	return true;
}

/* All but lengths, checksums, numbers and flags is the same. */
static bool same_stream(const struct net_merge *m, const struct seg *s)
{
	const u8 *a = m->head + ETH_HLEN, *b = s->head + ETH_HLEN;
	const u8 *ta = a + m->l3_len, *tb = b + m->l3_len;
	u32 tcp_len = m->head_len - ETH_HLEN - m->l3_len;

	if (m->head_len != s->head_len || m->l3_len != s->l3_len ||
	    memcmp(m->head, s->head, ETH_HLEN))
		return false;
	if (m->l3_len == IP4_LEN) {
		/* Version and service; the time to live; addresses. */
		if (memcmp(a, b, IP4_TOTAL_LEN) || a[8] != b[8] ||
		    memcmp(a + IP4_SADDR, b + IP4_SADDR, 8))
			return false;
	} else if (memcmp(a, b, IP6_PAYLOAD_LEN) ||
		   memcmp(a + IP6_NEXT, b + IP6_NEXT, 2 + 32)) {
		return false;
	}
	/* Ports; what is acknowledged; window; urgent pointer and options. */
	return !memcmp(ta, tb, TCP_SEQ) &&
	       !memcmp(ta + TCP_ACK, tb + TCP_ACK, TCP_FLAGS - TCP_ACK) &&
	       !memcmp(ta + 14, tb + 14, 2) &&
	       !memcmp(ta + 18, tb + 18, tcp_len - 18);
}

bool net_merge_add(struct net_merge *m, const struct rndis_rx *frame)
{
	const u8 *tcp;
	struct seg s;

	if (m->closed || m->nr == NET_MERGE_MAX || !parse(&s, frame) ||
	    !same_stream(m, &s))
		return false;
	tcp = s.head + ETH_HLEN + s.l3_len;
	if (get_unaligned_be32(tcp + TCP_SEQ) != m->next_seq ||
	    s.payload > m->mss || s.head_len + m->payload + s.payload > 65535)
		return false;
	m->pieces[1 + m->nr].data = frame->data + s.head_len;
	m->pieces[1 + m->nr].len = s.payload;
	m->nr++;
	m->payload += s.payload;
	m->next_seq += s.payload;
	if (tcp[TCP_FLAGS] & TCP_FLAG_PSH) {
		m->head[ETH_HLEN + m->l3_len + TCP_FLAGS] |= TCP_FLAG_PSH;
		m->closed = true;
	}
	if (s.payload < m->mss)
		m->closed = true;
	return true;
}

static u32 sum16(const u8 *p, u32 bytes, u32 sum)
{
	u32 i;

	for (i = 0; i < bytes; i += 2)
		sum += get_unaligned_be16(p + i);
	return sum;
}

static u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

void net_merge_end(struct net_merge *m, struct xhv_net_rx *rx)
{
	u8 *ip = m->head + ETH_HLEN, *tcp = ip + m->l3_len;
	u32 tcp_total = m->head_len - ETH_HLEN - m->l3_len + m->payload;
	u32 addrs;

	if (m->l3_len == IP4_LEN) {
		put_unaligned_be16(IP4_LEN + tcp_total, ip + IP4_TOTAL_LEN);
		put_unaligned_be16(0, ip + IP4_CHECK);
		put_unaligned_be16(~fold(sum16(ip, IP4_LEN, 0)),
				   ip + IP4_CHECK);
		addrs = sum16(ip + IP4_SADDR, 8, 0);
	} else {
		put_unaligned_be16(tcp_total, ip + IP6_PAYLOAD_LEN);
		addrs = sum16(ip + IP6_SADDR, 32, 0);
	}
	put_unaligned_be16(fold(addrs + PROTO_TCP + tcp_total),
			   tcp + TCP_CHECK);

	*rx = (struct xhv_net_rx) {
		.pieces = m->pieces,
		.nr_pieces = 1 + m->nr,
		.len = m->head_len + m->payload,
		.csum = XHV_NET_RX_PARTIAL,
		.gso = m->l3_len == IP4_LEN ? XHV_NET_TSO4 : XHV_NET_TSO6,
		.gso_size = m->mss,
	};
}
