// SPDX-License-Identifier: GPL-2.0-only
/*
 * The RNDIS message of a frame that is sent. No VMBus.
 *
 * Called with IRQs off on the data path; the memory belongs to this side and the
 * host looks at it only after the message has been sent.
 */
#include <linux/in.h>
#include <linux/string.h>

#include "../include/compat.h"
#include "rndis.h"

/* Of the headers, in bytes. RFC 791, 8200, 9293. */
#define IP4_TOTAL_LEN	2
#define IP4_CHECK	10
#define IP4_SADDR	12
#define IP4_ADDRS	8
#define IP6_PAYLOAD_LEN	4
#define IP6_SADDR	8
#define IP6_ADDRS	32
#define TCP_CHECK	16

static void add_ppi(struct rndis_packet *p, u32 type, u32 word)
{
	struct {
		struct rndis_ppi ppi;
		u32 word;
	} *at = (void *)p + p->ppi_offset + p->ppi_len;

	at->ppi.size = sizeof(*at);
	at->ppi.type = type;
	at->ppi.offset = sizeof(at->ppi);
	at->word = word;
	p->ppi_len += sizeof(*at);
}

/* The sum over the pseudo-header without a length, folded, not complemented. */
static u16 pseudo_sum(const u8 *addrs, unsigned int bytes)
{
	u32 sum = IPPROTO_TCP;
	unsigned int i;

	for (i = 0; i < bytes; i += 2)
		sum += get_unaligned_be16(addrs + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

/* Each segment gets lengths and checksums of its own. The back end has checked
 * that all of these headers are in the head.
 */
static void strip_lengths(u8 *frame, const struct xhv_net_tx *tx)
{
	u8 *ip = frame + tx->l3_offset, *tcp = frame + tx->l4_offset;

	if (tx->flags & XHV_NET_TSO4) {
		put_unaligned_be16(0, ip + IP4_TOTAL_LEN);
		put_unaligned_be16(0, ip + IP4_CHECK);
		put_unaligned_be16(pseudo_sum(ip + IP4_SADDR, IP4_ADDRS),
				   tcp + TCP_CHECK);
	} else {
		put_unaligned_be16(0, ip + IP6_PAYLOAD_LEN);
		put_unaligned_be16(pseudo_sum(ip + IP6_SADDR, IP6_ADDRS),
				   tcp + TCP_CHECK);
	}
}

static u32 csum_word(const struct xhv_net_tx *tx)
{
	u32 word = tx->l4_offset << CSUM_TX_L4_SHIFT;

	if (tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_UDP4))
		word |= CSUM_TX_IPV4;
	else
		word |= CSUM_TX_IPV6;
	if (tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_TCP6))
		word |= CSUM_TX_TCP;
	else
		word |= CSUM_TX_UDP;
	return word;
}

static u32 lso_word(const struct xhv_net_tx *tx)
{
	return tx->gso_size | tx->l4_offset << LSO_L4_SHIFT | LSO_V2 |
	       (tx->flags & XHV_NET_TSO6 ? LSO_IPV6 : 0);
}

u32 rndis_tx_build(void *buf, const struct xhv_net_tx *tx)
{
	struct rndis_header *hdr = buf;
	struct rndis_packet *p = (void *)(hdr + 1);
	u32 before = RNDIS_TX_ROOM + tx->head_offset;

	hdr->type = RNDIS_MSG_PACKET;
	hdr->len = before + tx->len;
	memset(p, 0, sizeof(*p));
	p->data_offset = before - sizeof(*hdr);
	p->data_len = tx->len;
	p->ppi_offset = sizeof(*p);
	if (tx->flags & XHV_NET_VLAN)
		add_ppi(p, PPI_8021Q, rndis_vlan_word(tx->vlan_tci));
	if (tx->flags & XHV_NET_TSO) {
		strip_lengths(buf + before, tx);
		add_ppi(p, PPI_LARGE_SEND, lso_word(tx));
	} else if (tx->flags & XHV_NET_CSUM) {
		add_ppi(p, PPI_CHECKSUM, csum_word(tx));
	}
	return before + tx->head_len;
}
