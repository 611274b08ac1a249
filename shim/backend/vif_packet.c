// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets of a netif transmit ring, see vif_packet.h.
 */
#include <linux/errno.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "../../include/compat.h"
#include "vif_packet.h"

static int take_extra(const struct xen_netif_extra_info *extra,
		      struct vif_packet *p, const char **why)
{
	switch (extra->type) {
	case XEN_NETIF_EXTRA_TYPE_GSO:
		if (!extra->u.gso.size) {
			*why = "GSO size of zero";
			return -EPROTO;
		}
		if (extra->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV4 &&
		    extra->u.gso.type != XEN_NETIF_GSO_TYPE_TCPV6) {
			*why = "bad GSO type";
			return -EPROTO;
		}
		p->gso_type = extra->u.gso.type;
		p->gso_size = extra->u.gso.size;
		return 0;
	case XEN_NETIF_EXTRA_TYPE_MCAST_ADD:
	case XEN_NETIF_EXTRA_TYPE_MCAST_DEL:
		p->mcast = extra->type;
		memcpy(p->mcast_addr, extra->u.mcast.addr, ETH_ALEN);
		return 0;
	case XEN_NETIF_EXTRA_TYPE_HASH:
	case XEN_NETIF_EXTRA_TYPE_XDP:
		return 0;
	default:
		*why = "bad type of extra information";
		return -EPROTO;
	}
}

/* Extra information is in slots behind the first. */
static int take_extras(struct xen_netif_tx_back_ring *ring, RING_IDX *idx,
		       RING_IDX end, struct vif_packet *p, const char **why)
{
	struct xen_netif_extra_info extra;
	int err;

	do {
		if (*idx == end) {
			*why = "missing extra information";
			return -EPROTO;
		}
		RING_COPY_REQUEST(ring, *idx, &extra);
		(*idx)++;
		p->nr_extras++;
		err = take_extra(&extra, p, why);
		if (err)
			return err;
	} while (extra.flags & XEN_NETIF_EXTRA_FLAG_MORE);
	return 0;
}

/* The slots that follow the first. Takes their sizes from @left. */
static int take_slots(struct xen_netif_tx_back_ring *ring, RING_IDX *idx,
		      RING_IDX end, struct vif_packet *p, u32 *left,
		      const char **why)
{
	struct xen_netif_tx_request *slot;
	int err = 0;

	do {
		if (*idx == end) {
			*why = "a packet's slots are missing";
			return -EPROTO;
		}
		if (p->nr_slots == VIF_MAX_SLOTS) {
			*why = "a packet of too many slots";
			return -EPROTO;
		}
		slot = &p->slots[p->nr_slots++];
		RING_COPY_REQUEST(ring, *idx, slot);
		(*idx)++;
		if (slot->offset + slot->size > VIF_PAGE_SIZE) {
			*why = "a slot beyond its page";
			return -EPROTO;
		}
		/* A frame of 64 KiB and more makes the first slot's size wrap;
		 * front ends that do this are not broken for good.
		 */
		if (slot->size > *left)
			err = -EINVAL;
		else
			*left -= slot->size;
		if (p->nr_slots > XHV_NET_MAX_FRAGS)
			err = -EINVAL;
	} while (slot->flags & XEN_NETTXF_more_data);
	return err;
}

int vif_packet_take(struct xen_netif_tx_back_ring *ring, unsigned int avail,
		    struct vif_packet *p, const char **why)
{
	struct xen_netif_tx_request *first = &p->slots[0];
	RING_IDX idx = ring->req_cons, end = idx + avail;
	int err = 0;
	u32 left;

	RING_COPY_REQUEST(ring, idx, first);
	idx++;
	p->nr_slots = 1;
	p->nr_extras = 0;
	p->flags = first->flags;
	p->len = first->size;
	p->gso_type = XEN_NETIF_GSO_TYPE_NONE;
	p->gso_size = 0;
	p->mcast = 0;

	if (first->flags & XEN_NETTXF_extra_info) {
		err = take_extras(ring, &idx, end, p, why);
		if (err)
			return err;
		/* Such a request carries no packet. */
		if (p->mcast) {
			ring->req_cons = idx;
			return 0;
		}
	}
	/* The first slot's size is that of the packet. */
	left = first->size;
	if (first->flags & XEN_NETTXF_more_data)
		err = take_slots(ring, &idx, end, p, &left, why);
	if (err == -EPROTO)
		return err;
	if (!err && first->offset + left > VIF_PAGE_SIZE) {
		*why = "a slot beyond its page";
		return -EPROTO;
	}
	ring->req_cons = idx;
	first->size = left;
	return p->len < ETH_HLEN ? -EINVAL : err;
}

static int parse_l4(const u8 *head, unsigned int have, u8 protocol,
		    struct vif_headers *h, u8 tcp, u8 udp)
{
	unsigned int len;

	switch (protocol) {
	case IPPROTO_TCP:
		h->csum = tcp;
		if (h->l4 + sizeof(struct tcphdr) > have)
			return h->l4 + sizeof(struct tcphdr);
		len = (head[h->l4 + 12] >> 4) * 4;
		if (len < sizeof(struct tcphdr))
			return -EPROTO;
		break;
	case IPPROTO_UDP:
		h->csum = udp;
		len = sizeof(struct udphdr);
		break;
	default:
		return -EPROTO;
	}
	h->len = h->l4 + len;
	return h->len > have ? h->len : 0;
}

static int parse_ipv4(const u8 *head, unsigned int have, struct vif_headers *h)
{
	const struct iphdr *ip = (const struct iphdr *)(head + h->l3);

	if (h->l3 + sizeof(*ip) > have)
		return h->l3 + sizeof(*ip);
	/* A fragment has no L4 header of its own, or half of one. */
	if (ip->version != 4 || ip->ihl < 5 ||
	    (ip->frag_off & htons(IP_MF | IP_OFFSET)))
		return -EPROTO;
	h->l4 = h->l3 + ip->ihl * 4;
	return parse_l4(head, have, ip->protocol, h, XHV_NET_CSUM_TCP4,
			XHV_NET_CSUM_UDP4);
}

static int parse_ipv6(const u8 *head, unsigned int have, struct vif_headers *h)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)(head + h->l3);
	u8 next;

	if (h->l3 + sizeof(*ip) > have)
		return h->l3 + sizeof(*ip);
	if (ip->version != 6)
		return -EPROTO;
	next = ip->nexthdr;
	h->l4 = h->l3 + sizeof(*ip);
	/* Each is 8 bytes at least, so the head bounds them. */
	while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
	       next == IPPROTO_DSTOPTS) {
		if (h->l4 + 8 > VIF_MAX_HEADERS)
			return -EPROTO;
		if (h->l4 + 8 > have)
			return h->l4 + 8;
		next = head[h->l4];
		h->l4 += (head[h->l4 + 1] + 1) * 8;
	}
	return parse_l4(head, have, next, h, XHV_NET_CSUM_TCP6,
			XHV_NET_CSUM_UDP6);
}

int vif_headers_parse(const u8 *head, unsigned int have, struct vif_headers *h)
{
	__be16 type = get_unaligned((const __be16 *)(head + 2 * ETH_ALEN));
	int rc;

	h->l3 = ETH_HLEN;
	h->tagged = type == htons(ETH_P_8021Q);
	if (h->tagged) {
		h->l3 += 4;
		if (have < h->l3)
			return h->l3;
		type = get_unaligned((const __be16 *)(head + ETH_HLEN + 2));
	}
	if (type == htons(ETH_P_IP))
		rc = parse_ipv4(head, have, h);
	else if (type == htons(ETH_P_IPV6))
		rc = parse_ipv6(head, have, h);
	else
		return -EPROTO;
	return rc > VIF_MAX_HEADERS ? -EPROTO : rc;
}

unsigned int vif_headers_csum_at(const struct vif_headers *h)
{
	if (h->csum & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_TCP6))
		return h->l4 + offsetof(struct tcphdr, check);
	return h->l4 + offsetof(struct udphdr, check);
}

void vif_headers_pseudo(u8 *head, const struct vif_headers *h, u32 len)
{
	bool tcp = h->csum & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_TCP6);
	u8 protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
	__sum16 sum;

	len -= h->l4;
	if (h->csum & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_UDP4)) {
		const struct iphdr *ip = (const struct iphdr *)(head + h->l3);

		sum = ~csum_tcpudp_magic(get_unaligned(&ip->saddr),
					 get_unaligned(&ip->daddr), len,
					 protocol, 0);
	} else {
		/* Both addresses, which follow each other; RFC 8200, 8.1 */
		__wsum all = csum_partial(head + h->l3 +
					  offsetof(struct ipv6hdr, saddr),
					  2 * sizeof(struct in6_addr), 0);

		all = csum_add(all, (__force __wsum)htonl(len));
		all = csum_add(all, (__force __wsum)htonl(protocol));
		sum = ~csum_fold(all);
	}
	put_unaligned(sum, (__sum16 *)(head + vif_headers_csum_at(h)));
}

/* Bits of the 14th byte of a TCP header. */
#define FLAG_FIN		0x01
#define FLAG_PSH		0x08
#define FLAG_CWR		0x80

void vif_headers_segment(u8 *head, const struct vif_headers *h, u32 done,
			 u32 payload, u32 segments, bool last)
{
	u32 len = h->len + payload;
	u8 *l3 = head + h->l3, *l4 = head + h->l4;

	if (h->csum & XHV_NET_CSUM_TCP4) {
		u8 ihl = l3[0] & 15;
		u16 id = get_unaligned_be16(l3 + offsetof(struct iphdr, id));

		put_unaligned_be16(len - h->l3,
				   l3 + offsetof(struct iphdr, tot_len));
		put_unaligned_be16(id + segments,
				   l3 + offsetof(struct iphdr, id));
		put_unaligned(0, (u16 *)(l3 + offsetof(struct iphdr, check)));
		put_unaligned(ip_fast_csum(l3, ihl),
			      (__sum16 *)(l3 + offsetof(struct iphdr, check)));
	} else {
		put_unaligned_be16(len - h->l3 - sizeof(struct ipv6hdr),
				   l3 + offsetof(struct ipv6hdr, payload_len));
	}
	put_unaligned_be32(get_unaligned_be32(l4 + 4) + done, l4 + 4);
	if (!last)
		l4[13] &= ~(FLAG_FIN | FLAG_PSH);
	if (done)
		l4[13] &= ~FLAG_CWR;
	vif_headers_pseudo(head, h, len);
}
