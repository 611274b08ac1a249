// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the slots of a packet to what a transport sends: grants to frames, the
 * first bytes into the head, what the headers say. All of it under queue->lock, in
 * the contexts of vif_tx.c.
 *
 * The guest may write to its pages at any time. What is looked at here is the copy
 * in the head, and that is also what is sent; the rest of the packet is read by
 * the host alone.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <net/checksum.h>

#include "../../include/compat.h"
#include "../gnttab.h"
#include "vif.h"

#define TAG_LEN	4	/* bytes of an 802.1Q tag */

/* What is being made. */
struct build {
	struct vif_queue *q;
	struct vif_tag *tag;
	u8 *head;
	struct xhv_net_frag *frags;	/* of the transport */
	unsigned int head_len;
	unsigned int nr_frags;
};

/* No highmem on x86-64: every frame has an address. */
static const u8 *address(const struct xhv_net_frag *frag)
{
	return (const u8 *)__va(frag->pfn * VIF_PAGE_SIZE) + frag->offset;
}

/* Moves up to @len bytes from the front of @frag to the end of the head. */
static void pull(struct build *b, struct xhv_net_frag *frag, u32 len)
{
	len = min(len, frag->len);
	memcpy(b->head + b->head_len, address(frag), len);
	b->head_len += len;
	frag->offset += len;
	frag->len -= len;
}

/* Resolves the slots and puts the first @want bytes into the head. Grants of which
 * nothing is left for the host are not needed any longer then.
 */
static int gather(struct build *b, const struct vif_packet *p, u32 want)
{
	const struct xen_netif_tx_request *slot;
	struct vif_tag *tag = b->tag;
	u64 pfns[XHV_NET_MAX_FRAGS];
	struct xhv_net_frag *frag;
	unsigned int i, n = 0;

	for (i = 0; i < p->nr_slots; i++)
		if (likely(p->slots[i].size))
			tag->refs[n++] = p->slots[i].gref;
	if (xhv_gnttab_pin_list(tag->refs, 1, n, false, pfns) != GNTST_okay)
		return -EFAULT;
	tag->nr_refs = n;
	for (i = 0, n = 0; i < p->nr_slots; i++) {
		slot = &p->slots[i];
		if (unlikely(!slot->size))
			continue;
		frag = &b->frags[b->nr_frags];
		frag->pfn = pfns[n++];
		frag->offset = slot->offset;
		frag->len = slot->size;
		if (b->head_len < want)
			pull(b, frag, want - b->head_len);
		if (frag->len)
			b->nr_frags++;
	}
	if (!b->nr_frags)
		vif_tag_unpin(tag);
	return 0;
}

/* Makes the head at least @want bytes long. */
static int pull_more(struct build *b, u32 want)
{
	while (b->head_len < want) {
		if (!b->nr_frags)
			return -EINVAL;
		pull(b, &b->frags[0], want - b->head_len);
		if (b->frags[0].len)
			continue;
		b->nr_frags--;
		memmove(&b->frags[0], &b->frags[1],
			b->nr_frags * sizeof(b->frags[0]));
	}
	return 0;
}

static int parse(struct build *b)
{
	int rc;

	for (;;) {
		rc = vif_headers_parse(b->head, b->head_len, &b->q->h);
		if (rc <= 0)
			return rc;
		rc = pull_more(b, rc);
		if (rc)
			return rc;
	}
}

/* What the host does not do. The guest only deceives itself if it changes its
 * pages meanwhile.
 */
static void checksum(struct build *b)
{
	const struct vif_headers *h = &b->q->h;
	unsigned int i, at = vif_headers_csum_at(h);
	u32 len = b->head_len - h->l4;
	__sum16 sum;
	__wsum all;

	all = csum_partial(b->head + h->l4, len, 0);
	for (i = 0; i < b->nr_frags; i++) {
		all = csum_block_add(all, csum_partial(address(&b->frags[i]),
						       b->frags[i].len, 0),
				     len);
		len += b->frags[i].len;
	}
	sum = csum_fold(all) ?: CSUM_MANGLED_0;
	put_unaligned(sum, (__sum16 *)(b->head + at));
	b->q->tx_st.csum++;
}

static bool is_tagged(const struct build *b)
{
	return get_unaligned((const __be16 *)(b->head + 2 * ETH_ALEN)) ==
	       htons(ETH_P_8021Q);
}

static int ask_for_gso(struct build *b, struct xhv_net_tx *tx, u32 max)
{
	const struct vif_packet *p = &b->q->pkt;
	struct vif_headers *h = &b->q->h;
	bool v4 = p->gso_type == XEN_NETIF_GSO_TYPE_TCPV4;
	u8 csum = v4 ? XHV_NET_CSUM_TCP4 : XHV_NET_CSUM_TCP6;
	u8 tso = v4 ? XHV_NET_TSO4 : XHV_NET_TSO6;

	/* What was not offered; what is no TCP, or does not fit on the wire. */
	if (!(b->q->vif->features & tso) || h->csum != csum ||
	    h->len + p->gso_size > max)
		return -EINVAL;
	/* "A GSO SKB must be CHECKSUM_PARTIAL": checksum_setup() in
	 * drivers/net/xen-netback/netback.c
	 */
	if (!(p->flags & XEN_NETTXF_csum_blank))
		vif_headers_pseudo(b->head, h, p->len);
	tx->flags = csum;
	if (p->len - h->len > p->gso_size) {
		tx->flags |= tso;
		tx->gso_size = p->gso_size;
		b->q->tx_st.gso++;
	}
	return 0;
}

static int offload(struct build *b, struct xhv_net_tx *tx, u32 max)
{
	const struct vif_packet *p = &b->q->pkt;
	struct vif_headers *h = &b->q->h;
	int err = parse(b);

	if (err)
		return err;
	if (p->gso_type) {
		err = ask_for_gso(b, tx, max);
		if (err)
			return err;
	} else if (b->q->vif->features & h->csum) {
		tx->flags = h->csum;
	} else {
		checksum(b);
	}
	return 0;
}

static int take_tag_out(struct build *b, struct xhv_net_tx *tx)
{
	struct vif_headers *h = &b->q->h;
	int err = pull_more(b, ETH_HLEN + TAG_LEN);

	if (err)
		return err;
	tx->vlan_tci = get_unaligned_be16(b->head + ETH_HLEN);
	memmove(b->head + TAG_LEN, b->head, 2 * ETH_ALEN);
	tx->flags |= XHV_NET_VLAN;
	tx->head_offset = TAG_LEN;
	b->head += TAG_LEN;
	b->head_len -= TAG_LEN;
	h->l3 -= TAG_LEN;
	h->l4 -= TAG_LEN;
	h->len -= TAG_LEN;
	return 0;
}

static int describe(struct build *b, struct xhv_net_tx *tx)
{
	const struct vif *vif = b->q->vif;
	const struct vif_packet *p = &b->q->pkt;
	bool tagged = is_tagged(b);
	u32 max = ETH_HLEN + READ_ONCE(vif->dev->mtu) + (tagged ? TAG_LEN : 0);
	int err;

	if ((p->flags & XEN_NETTXF_csum_blank) || p->gso_type) {
		err = offload(b, tx, max);
		if (err)
			return err;
	}
	if (!(tx->flags & XHV_NET_TSO) && p->len > max)
		return -EINVAL;
	tx->len = p->len;
	if (tagged && (vif->features & XHV_NET_VLAN)) {
		tx->len -= TAG_LEN;
		err = take_tag_out(b, tx);
		if (err)
			return err;
	}
	if (tx->flags & XHV_NET_CSUM) {
		tx->l3_offset = b->q->h.l3;
		tx->l4_offset = b->q->h.l4;
		tx->hdr_len = b->q->h.len;
	}
	return 0;
}

/* Keeps what the parts are made of: the transport's list is overwritten by each. */
static void begin_parts(struct build *b, struct xhv_net_tx *tx)
{
	struct vif_queue *q = b->q;

	memcpy(q->hdr, b->head, q->h.len);
	memcpy(q->frags, b->frags, b->nr_frags * sizeof(q->frags[0]));
	q->nr_frags = b->nr_frags;
	q->frag = 0;
	q->frag_done = 0;
	q->payload = tx->len - q->h.len;
	q->done = 0;
	q->segs = 0;
	vif_tx_build_part(q, tx->tag);
}

/* Those of the next @left bytes. */
static unsigned int part_of_frags(struct vif_queue *q, u32 left)
{
	struct xhv_net_frag *to = q->q->frags;
	const struct xhv_net_frag *from;

	for (; left; left -= to->len, to++) {
		from = &q->frags[q->frag];
		to->pfn = from->pfn;
		to->offset = from->offset + q->frag_done;
		to->len = min(from->len - q->frag_done, left);
		q->frag_done += to->len;
		if (q->frag_done == from->len) {
			q->frag++;
			q->frag_done = 0;
		}
	}
	return to - q->q->frags;
}

void vif_tx_build_part(struct vif_queue *q, unsigned int tag)
{
	struct xhv_net_tx *tx = &q->cur;
	u8 *head = (u8 *)q->q->heads + tag * q->q->head_stride;
	u32 room = q->vif->dev->gso_max_size - q->h.len;
	u32 segs = room / q->pkt.gso_size;
	u32 bytes = min(segs * q->pkt.gso_size, q->payload - q->done);

	if (q->done) {
		/* Payload in the head was the first part's: that is longer than a
		 * head (set_features() in vif.c).
		 */
		tx->tag = tag;
		tx->head_offset = 0;
		tx->head_len = q->h.len;
		memcpy(head, q->hdr, q->h.len);
		q->tx_st.splits++;
	} else {
		head += tx->head_offset;
	}
	vif_headers_segment(head, &q->h, q->done, bytes, q->segs,
			    q->done + bytes == q->payload);
	tx->len = q->h.len + bytes;
	tx->nr_frags = part_of_frags(q, tx->len - tx->head_len);
	if (bytes <= q->pkt.gso_size) {
		tx->flags &= ~XHV_NET_TSO;
		tx->gso_size = 0;
	}
	q->done += bytes;
	q->segs += segs;
}

int vif_tx_build(struct vif_queue *q, unsigned int tag)
{
	const struct vif_packet *p = &q->pkt;
	struct xhv_net_tx *tx = &q->cur;
	bool whole = p->len <= q->q->copy_max;
	struct build b = {
		.q = q, .tag = &q->tags[tag], .frags = q->q->frags,
		.head = (u8 *)q->q->heads + tag * q->q->head_stride,
	};
	int err;

	b.tag->nr_refs = 0;
	q->nr_frags = 0;
	err = gather(&b, p, whole ? p->len : VIF_HEAD_BYTES);
	if (!err) {
		memset(tx, 0, sizeof(*tx));
		tx->tag = tag;
		err = describe(&b, tx);
	}
	if (err) {
		vif_tag_unpin(b.tag);
		return err;
	}
	q->tx_st.copied += whole;
	tx->head_len = b.head_len;
	tx->nr_frags = b.nr_frags;
	if (unlikely((tx->flags & XHV_NET_TSO) &&
		     tx->len > q->vif->dev->gso_max_size))
		begin_parts(&b, tx);
	return 0;
}
