/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Segments of one TCP stream that have come one after the other are shown to the
 * front end as one packet, as netback shows it what GRO made of them: it needs a
 * third of the pages, and the guest's stack runs once.
 */
#ifndef XHV_NET_MERGE_H
#define XHV_NET_MERGE_H

#include "rndis.h"

/* Ethernet, IPv6 or IPv4 without options, TCP with the most options. */
#define NET_MERGE_HEAD	(ETH_HLEN + 40 + 60)
/* 64 KiB in segments of an Ethernet MTU. */
#define NET_MERGE_MAX	44

/**
 * struct net_merge - a packet that is being put together
 * @head: the first segment's headers, a copy
 * @head_len: their length
 * @l3_len: of the IP header, 20 or 40
 * @mss: payload of the first segment, and of all but the last
 * @payload: of all of them
 * @next_seq: where the next one has to begin
 * @closed: none may follow the last one
 * @pieces: the headers, and the payload of each segment in the host's memory
 * @nr: segments
 */
struct net_merge {
	u8 head[NET_MERGE_HEAD];
	u32 head_len;
	u32 l3_len;
	u32 mss;
	u32 payload;
	u32 next_seq;
	bool closed;
	struct xhv_net_piece pieces[1 + NET_MERGE_MAX];
	unsigned int nr;
};

/**
 * net_merge_begin() - may other segments be put to a frame?
 * @m: begins with it, if so
 * @frame: it
 * @caps: what the front end takes, XHV_NET_RX_*
 *
 * Return: true if it is a segment of data, its checksum verified by the host,
 * and the front end takes merged ones.
 */
bool net_merge_begin(struct net_merge *m, const struct rndis_rx *frame,
		     unsigned int caps);

/**
 * net_merge_add() - put a frame to those before it
 * @m: what there is; net_merge_begin() returned true
 * @frame: the next frame from the host
 *
 * Return: true if it belongs there and was added.
 */
bool net_merge_add(struct net_merge *m, const struct rndis_rx *frame);

/**
 * net_merge_end() - the headers of the whole
 * @m: of two segments at least
 * @rx: gets it
 */
void net_merge_end(struct net_merge *m, struct xhv_net_rx *rx);

#endif /* XHV_NET_MERGE_H */
