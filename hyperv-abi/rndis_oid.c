// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions to the host's adapter and what its answers mean. No VMBus.
 *
 * The order and the revisions are those that hosts get from
 * drivers/net/hyperv/rndis_filter.c.
 */
#include <linux/bits.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "nvsp.h"
#include "rndis.h"

/* The key of the hash that Microsoft gives as an example, as all its hosts and
 * drivers use it ("Verifying the RSS Hash Calculation").
 */
static const u8 rss_key[RSS_KEY_SIZE] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2,
	0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4,
	0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

u32 rndis_build_init(void *buf, u32 id, u32 max_transfer)
{
	struct rndis_request *r = buf;
	u32 len = offsetofend(struct rndis_request, init);

	memset(r, 0, sizeof(*r));
	r->hdr.type = RNDIS_MSG_INIT;
	r->hdr.len = len;
	r->id = id;
	r->init.major = RNDIS_MAJOR_VERSION;
	r->init.minor = RNDIS_MINOR_VERSION;
	r->init.max_transfer = max_transfer;
	return len;
}

static u32 build(void *buf, u32 type, u32 id, u32 oid, const void *data,
		 u32 len)
{
	struct rndis_request *r = buf;

	len = min_t(u32, len, RNDIS_MAX_DATA);
	memset(r, 0, sizeof(*r));
	r->hdr.type = type;
	r->hdr.len = sizeof(*r) + len;
	r->id = id;
	r->object.oid = oid;
	r->object.len = len;
	r->object.offset = sizeof(*r) - sizeof(r->hdr);
	if (len)
		memcpy(r + 1, data, len);
	return r->hdr.len;
}

u32 rndis_build_query(void *buf, u32 id, u32 oid, const void *data, u32 len)
{
	return build(buf, RNDIS_MSG_QUERY, id, oid, data, len);
}

u32 rndis_build_set(void *buf, u32 id, u32 oid, const void *data, u32 len)
{
	return build(buf, RNDIS_MSG_SET, id, oid, data, len);
}

u32 rndis_ask_offload(struct ndis_offload *ask, u32 nvsp_version)
{
	bool new = nvsp_version >= NVSP_VERSION_5;

	memset(ask, 0, sizeof(*ask));
	ask->hdr.type = NDIS_TYPE_OFFLOAD;
	ask->hdr.revision = new ? 3 : 2;
	ask->hdr.size = new ? sizeof(*ask) : NDIS_OFFLOAD_SIZE_6_1;
	return ask->hdr.size;
}

u32 rndis_read_offload(const struct ndis_offload *o, u32 len, u32 *lso_max)
{
	u32 features = 0, max4 = o->lso_v2.ip4_max, max6 = o->lso_v2.ip6_max;

	*lso_max = 0;
	if (len < NDIS_OFFLOAD_SIZE_6_0 || o->hdr.type != NDIS_TYPE_OFFLOAD ||
	    !o->hdr.revision || o->hdr.size < NDIS_OFFLOAD_SIZE_6_0 ||
	    o->hdr.size > len)
		return 0;

	/* A packet may have options: all or nothing. */
	if ((o->csum.ip4_tx & TXCSUM_TCP4) == TXCSUM_TCP4) {
		features |= XHV_NET_CSUM_TCP4;
		if (o->lso_v2.ip4_encap & ENCAP_8023)
			features |= XHV_NET_TSO4;
	}
	if (o->csum.ip4_tx & TXCSUM_UDP4)
		features |= XHV_NET_CSUM_UDP4;
	if ((o->csum.ip6_tx & TXCSUM_TCP6) == TXCSUM_TCP6) {
		features |= XHV_NET_CSUM_TCP6;
		if ((o->lso_v2.ip6_encap & ENCAP_8023) &&
		    (o->lso_v2.ip6_options & LSO_IP6) == LSO_IP6)
			features |= XHV_NET_TSO6;
	}
	if (o->csum.ip6_tx & TXCSUM_UDP6)
		features |= XHV_NET_CSUM_UDP6;

	if (features & XHV_NET_TSO4 && features & XHV_NET_TSO6)
		*lso_max = min(max4, max6);
	else if (features & XHV_NET_TSO)
		*lso_max = features & XHV_NET_TSO4 ? max4 : max6;
	return features;
}

u32 rndis_set_offload(struct ndis_offload_params *p, u32 nvsp_version,
		      u32 features)
{
	bool new = nvsp_version >= NVSP_VERSION_5;

	memset(p, 0, sizeof(*p));
	p->hdr.type = NDIS_TYPE_DEFAULT;
	p->hdr.revision = 3;
	p->hdr.size = new ? sizeof(*p) : NDIS_OFFLOAD_PARAMS_SIZE_4;
	/* 0 leaves as it is. IPv4's header is always done by the guest. */
	p->ip4_csum = PARAM_DISABLED;
	if (features & XHV_NET_CSUM_TCP4)
		p->tcp4_csum = PARAM_TX_RX;
	if (features & XHV_NET_CSUM_TCP6)
		p->tcp6_csum = PARAM_TX_RX;
	if (new && features & XHV_NET_CSUM_UDP4)
		p->udp4_csum = PARAM_TX_RX;
	if (new && features & XHV_NET_CSUM_UDP6)
		p->udp6_csum = PARAM_TX_RX;
	if (features & XHV_NET_TSO4)
		p->lso_v2_ip4 = PARAM_ENABLED;
	if (features & XHV_NET_TSO6)
		p->lso_v2_ip6 = PARAM_ENABLED;
	return p->hdr.size;
}

u32 rndis_set_rss(void *buf, const u8 *table, u32 n, bool disable)
{
	struct ndis_rss_params *p = buf;
	u32 *entries = (u32 *)(p + 1);
	u32 i;

	n = min_t(u32, n, RSS_MAX_TABLE);
	memset(p, 0, sizeof(*p));
	p->hdr.type = NDIS_TYPE_RSS_PARAMETERS;
	p->hdr.revision = 2;
	p->hdr.size = sizeof(*p);
	p->flags = disable ? RSS_DISABLE : 0;
	p->hash = RSS_HASH_TOEPLITZ | RSS_HASH_IPV4 | RSS_HASH_TCP_IPV4 |
		  RSS_HASH_IPV6 | RSS_HASH_TCP_IPV6;
	p->table_size = n * sizeof(u32);
	p->table_offset = sizeof(*p);
	for (i = 0; i < n; i++)
		entries[i] = table[i];
	p->key_size = sizeof(rss_key);
	p->key_offset = p->table_offset + p->table_size;
	memcpy((void *)p + p->key_offset, rss_key, sizeof(rss_key));
	return p->key_offset + p->key_size;
}
