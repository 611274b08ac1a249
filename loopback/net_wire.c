// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet as it would be on a wire: segmented and with its checksums, by the
 * kernel's own code. It takes the back end's word for where the headers are, so
 * a wrong one makes wrong frames.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/udp.h>	/* and skb_gso_segment(), wherever the kernel has it */

#include "net.h"

static bool is_tcp(const struct xhv_net_tx *tx)
{
	return tx->flags & (XHV_NET_CSUM_TCP4 | XHV_NET_CSUM_TCP6);
}

static void describe(struct sk_buff *skb, const struct xhv_net_tx *tx)
{
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	skb_set_network_header(skb, tx->l3_offset ?: ETH_HLEN);
	skb_reset_mac_len(skb);
	if (!(tx->flags & XHV_NET_CSUM))
		return;
	skb_set_transport_header(skb, tx->l4_offset);
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + tx->l4_offset;
	skb->csum_offset = is_tcp(tx) ? offsetof(struct tcphdr, check) :
					offsetof(struct udphdr, check);
	if (!(tx->flags & XHV_NET_TSO))
		return;
	skb_shinfo(skb)->gso_size = tx->gso_size;
	skb_shinfo(skb)->gso_type = tx->flags & XHV_NET_TSO4 ? SKB_GSO_TCPV4 :
							       SKB_GSO_TCPV6;
	skb_shinfo(skb)->gso_segs = DIV_ROUND_UP(tx->len - tx->hdr_len,
						 tx->gso_size);
}

/* All with its checksum, in place of @skb. */
static struct sk_buff *segment(struct sk_buff *skb)
{
	struct sk_buff *segs = skb_gso_segment(skb, NETIF_F_SG);

	if (IS_ERR_OR_NULL(segs)) {
		WARN_ONCE(IS_ERR(segs) && PTR_ERR(segs) != -ENOMEM,
			  "the back end's word of headers is wrong\n");
		kfree_skb(skb);
		return NULL;
	}
	consume_skb(skb);
	return segs;
}

struct sk_buff *loop_wire(const struct xhv_net_tx *tx,
			  const struct xhv_net_piece *pieces,
			  unsigned int nr_pieces)
{
	struct sk_buff *skb = alloc_skb(tx->len + VLAN_HLEN, GFP_ATOMIC);
	unsigned int i;

	if (!skb)
		return NULL;
	for (i = 0; i < nr_pieces; i++)
		skb_put_data(skb, pieces[i].data, pieces[i].len);
	describe(skb, tx);
	if (skb_is_gso(skb))
		return segment(skb);
	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_help(skb)) {
		kfree_skb(skb);
		return NULL;
	}
	return skb;
}
