/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of a netif transmit ring: which slots they are made of, what their
 * headers say. Nothing here touches a grant, a lock or a transport.
 */
#ifndef XHV_VIF_PACKET_H
#define XHV_VIF_PACKET_H

#include <linux/if_ether.h>
#include <linux/types.h>
#include <xen/interface/io/netif.h>

#include "../../include/xhv/net.h"

#define VIF_PAGE_SIZE		4096

/* A front end that uses more slots for a packet than XEN_NETIF_NR_SLOTS_MIN gets
 * an error; one that uses more than this is broken (fatal_skb_slots in
 * drivers/net/xen-netback/netback.c).
 */
#define VIF_MAX_SLOTS		20

/* As many headers as fit into a head. */
#define VIF_MAX_HEADERS		XHV_NET_HEAD_MIN

/**
 * struct vif_packet - a packet's slots, copied from the ring
 * @nr_slots: how many hold data
 * @nr_extras: how many slots of extra information follow the first
 * @flags: of the first: XEN_NETTXF_*
 * @len: bytes of the packet; the first slot's size is its own
 * @gso_type: XEN_NETIF_GSO_TYPE_*
 * @gso_size: payload of a segment; not 0 with @gso_type
 * @mcast: 0, or XEN_NETIF_EXTRA_TYPE_MCAST_ADD or _DEL: not a packet at all
 * @mcast_addr: the address that is meant
 * @slots: the data slots
 */
struct vif_packet {
	u16 nr_slots;
	u16 nr_extras;
	u16 flags;
	u32 len;
	u8 gso_type;
	u16 gso_size;
	u8 mcast;
	u8 mcast_addr[ETH_ALEN];
	struct xen_netif_tx_request slots[VIF_MAX_SLOTS];
};

/**
 * vif_packet_take() - copy the next packet from the ring
 * @ring: the back end's half; req_cons goes past the packet
 * @avail: requests in the ring, not 0
 * @p: gets the packet
 * @why: gets the reason if the front end is beyond help
 *
 * The rules, and what breaks a front end for good, are those of
 * xenvif_count_requests() and its neighbours in drivers/net/xen-netback/netback.c
 * and of public/io/netif.h.
 *
 * Return: 0; -EINVAL for a packet that is to be answered with an error: @nr_slots
 * and @nr_extras say how many answers, by the ids in @slots; -EPROTO if nothing
 * more can be taken from this ring.
 */
int vif_packet_take(struct xen_netif_tx_back_ring *ring, unsigned int avail,
		    struct vif_packet *p, const char **why);

/**
 * struct vif_headers - where the headers of a packet are
 * @csum: one of XHV_NET_CSUM: its protocols
 * @tagged: there is an 802.1Q tag behind the addresses
 * @l3: offset of the IP header, a tag counted
 * @l4: offset of the TCP or UDP header
 * @len: bytes up to the end of the L4 header
 */
struct vif_headers {
	u8 csum;
	bool tagged;
	u16 l3;
	u16 l4;
	u16 len;
};

/**
 * vif_headers_parse() - look for a TCP or UDP header
 * @head: the first bytes of a packet, a copy
 * @have: how many, at least ETH_HLEN
 * @h: what is found
 *
 * Return: 0; the number of bytes that it takes to know more, if @have is too few;
 * -EPROTO if there is nothing that has a checksum, or it is too far away for
 * VIF_MAX_HEADERS.
 */
int vif_headers_parse(const u8 *head, unsigned int have, struct vif_headers *h);

/* Puts the sum over the pseudo-header into the checksum field of a packet of @len
 * bytes whose headers are at @head, as CHECKSUM_PARTIAL wants it.
 */
void vif_headers_pseudo(u8 *head, const struct vif_headers *h, u32 len);

/* Where the checksum is, from the start of the packet. */
unsigned int vif_headers_csum_at(const struct vif_headers *h);

/**
 * vif_headers_segment() - headers of a part of a TCP packet
 * @head: a copy of the headers of the whole
 * @h: where they are
 * @done: bytes of payload before this part
 * @payload: bytes of payload in it
 * @segments: segments before this part
 * @last: nothing follows
 *
 * As tcp_gso_segment() and inet_gso_segment() (net/ipv4) would have it, for parts
 * that are still to be segmented.
 */
void vif_headers_segment(u8 *head, const struct vif_headers *h, u32 done,
			 u32 payload, u32 segments, bool last);

#endif /* XHV_VIF_PACKET_H */
