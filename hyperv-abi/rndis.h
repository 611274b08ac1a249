/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RNDIS as it travels inside NVSP: frames with what is known about them, and
 * questions to the host's adapter by object identifier (OID).
 *
 * The numbers that the kernel has are in <linux/rndis.h>; layouts and the rest
 * are facts from drivers/net/hyperv/hyperv_net.h and Microsoft's NDIS headers.
 * Little-endian, as x86-64 is. Offsets in a message count from behind its first
 * two fields, which all messages have.
 */
#ifndef XHV_RNDIS_H
#define XHV_RNDIS_H

#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/if_ether.h>
#include <linux/rndis.h>
#include <linux/stddef.h>
#include <linux/types.h>

#include "../include/xhv/net.h"

#define OID_GEN_RECEIVE_SCALE_CAPABILITIES	0x00010203
#define OID_GEN_RECEIVE_SCALE_PARAMETERS	0x00010204
#define OID_TCP_OFFLOAD_PARAMETERS		0xfc01020c
#define OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES	0xfc01020d

/* ndis_header.type */
#define NDIS_TYPE_DEFAULT		0x80
#define NDIS_TYPE_RSS_CAPABILITIES	0x88
#define NDIS_TYPE_RSS_PARAMETERS	0x89
#define NDIS_TYPE_OFFLOAD		0xa7

/* rndis_ppi.type */
#define PPI_CHECKSUM		0
#define PPI_LARGE_SEND		2
#define PPI_8021Q		6
/* in rndis_ppi.type, of an extension that is no NDIS type */
#define PPI_INTERNAL		BIT(31)
#define PPI_PACKET_ID		1

/* The word of a checksum PPI, sending */
#define CSUM_TX_IPV4		BIT(0)
#define CSUM_TX_IPV6		BIT(1)
#define CSUM_TX_TCP		BIT(2)
#define CSUM_TX_UDP		BIT(3)
#define CSUM_TX_L4_SHIFT	16
/* ... receiving */
#define CSUM_RX_TCP_FAILED	BIT(0)
#define CSUM_RX_UDP_FAILED	BIT(1)
#define CSUM_RX_IP_FAILED	BIT(2)
#define CSUM_RX_TCP_GOOD	BIT(3)
#define CSUM_RX_UDP_GOOD	BIT(4)
#define CSUM_RX_IP_GOOD		BIT(5)

/* The word of a large send PPI, version 2 */
#define LSO_MSS_MASK		0xfffff
#define LSO_L4_SHIFT		20
#define LSO_V2			BIT(30)
#define LSO_IPV6		BIT(31)

/* The word of an 802.1Q PPI */
#define NDIS_PRIO_MASK		0x7
#define NDIS_CFI		BIT(3)
#define NDIS_VLAN_SHIFT		4

/* Capabilities: encapsulation, checksums, large sends */
#define ENCAP_8023		0x02
#define TXCSUM_TCP4		(0x10 | 0x04)
#define TXCSUM_UDP4		0x40
#define TXCSUM_TCP6		(0x10 | 0x04 | 0x01)
#define TXCSUM_UDP6		0x40
#define RXCSUM_TCP		0x10
#define RXCSUM_UDP		0x40
#define LSO_IP6			(0x04 | 0x01)
/* ndis_offload_params */
#define PARAM_DISABLED		1
#define PARAM_ENABLED		2
#define PARAM_TX_RX		4
/* ndis_rss_params */
#define RSS_DISABLE		0x10
#define RSS_HASH_TOEPLITZ	0x001
#define RSS_HASH_IPV4		0x100
#define RSS_HASH_TCP_IPV4	0x200
#define RSS_HASH_IPV6		0x400
#define RSS_HASH_TCP_IPV6	0x1000
#define RSS_KEY_SIZE		40
#define RSS_MAX_TABLE		256

struct rndis_header {
	u32 type;
	u32 len;
};

struct rndis_packet {
	u32 data_offset;
	u32 data_len;
	u32 oob_offset;
	u32 oob_len;
	u32 nr_oob;
	u32 ppi_offset;
	u32 ppi_len;
	u32 vc;
	u32 reserved;
};

/* Per-packet information: @offset counts from here. */
struct rndis_ppi {
	u32 size;
	u32 type;
	u32 offset;
};

struct rndis_request {
	struct rndis_header hdr;
	u32 id;
	union {
		struct {
			u32 major;
			u32 minor;
			u32 max_transfer;
		} init;
		struct {
			u32 oid;
			u32 len;
			u32 offset;
			u32 vc;
		} object;		/* RNDIS_MSG_QUERY and _SET */
	};
};

struct rndis_reply {
	struct rndis_header hdr;
	u32 id;
	u32 status;
	union {
		struct {
			u32 major;
			u32 minor;
			u32 flags;
			u32 medium;
			u32 max_packets;
			u32 max_transfer;
			u32 alignment;
		} init;
		struct {
			u32 len;
			u32 offset;
		} query;
	};
};

struct ndis_header {
	u8 type;
	u8 revision;
	u16 size;
};

struct ndis_offload {
	struct ndis_header hdr;
	struct {
		u32 ip4_tx_encap;
		u32 ip4_tx;
		u32 ip4_rx_encap;
		u32 ip4_rx;
		u32 ip6_tx_encap;
		u32 ip6_tx;
		u32 ip6_rx_encap;
		u32 ip6_rx;
	} csum;
	u32 lso_v1[4];
	u32 ipsec_v1[7];
	struct {
		u32 ip4_encap;
		u32 ip4_max;
		u32 ip4_min_segments;
		u32 ip6_encap;
		u32 ip6_max;
		u32 ip6_min_segments;
		u32 ip6_options;
	} lso_v2;
	u32 flags;
	/* From NDIS 6.1 on: IPsec again; from 6.30 on: coalescing, tunnels. */
	u32 ipsec_v2[8];
	u8 rsc_ip4;
	u8 rsc_ip6;
	u16 pad;
	u32 tunnel[2];
};

#define NDIS_OFFLOAD_SIZE_6_0	offsetof(struct ndis_offload, ipsec_v2)
#define NDIS_OFFLOAD_SIZE_6_1	offsetof(struct ndis_offload, rsc_ip4)

struct ndis_offload_params {
	struct ndis_header hdr;
	u8 ip4_csum;
	u8 tcp4_csum;
	u8 udp4_csum;
	u8 tcp6_csum;
	u8 udp6_csum;
	u8 lso_v1;
	u8 ipsec_v1;
	u8 lso_v2_ip4;
	u8 lso_v2_ip6;
	u8 connection_ip4;
	u8 connection_ip6;
	u32 flags;
	u8 ipsec_v2;
	u8 ipsec_v2_ip4;
	u8 rsc_ip4;
	u8 rsc_ip6;
	u8 tunnel[2];
};

#define NDIS_OFFLOAD_PARAMS_SIZE_4	22	/* up to NVSP 4 */

struct ndis_rss_caps {
	struct ndis_header hdr;
	u32 flags;
	u32 nr_messages;
	u32 nr_queues;
	u16 nr_entries;
} __packed;

struct ndis_rss_params {
	struct ndis_header hdr;
	u16 flags;
	u16 base_cpu;
	u32 hash;
	u16 table_size;
	u16 pad1;
	u32 table_offset;
	u16 key_size;
	u16 pad2;
	u32 key_offset;
	u32 masks_offset;
	u32 nr_masks;
	u32 mask_size;
};

static_assert(sizeof(struct rndis_packet) == 36);
static_assert(NDIS_OFFLOAD_SIZE_6_0 == 112);
static_assert(sizeof(struct ndis_offload) == 156);
static_assert(sizeof(struct ndis_offload_params) == 28);
static_assert(sizeof(struct ndis_rss_caps) == 18);
static_assert(sizeof(struct ndis_rss_params) == 40);

/* rndis_tx.c: a frame on its way to the host. */

/* Room for the message of a frame: its head, with a checksum or large send and an
 * 802.1Q PPI, up to where the frame starts.
 */
#define RNDIS_TX_ROOM	(sizeof(struct rndis_header) + \
			 sizeof(struct rndis_packet) + \
			 2 * (sizeof(struct rndis_ppi) + sizeof(u32)))

/**
 * rndis_tx_build() - the message of a frame
 * @buf: gets its beginning; the frame's first bytes (@tx->head_len) are at @buf +
 *	 RNDIS_TX_ROOM + @tx->head_offset already
 * @tx: the frame
 *
 * The headers of a frame to be segmented are changed as Hyper-V wants them (no
 * lengths in them, as tcp_v6_gso_csum_prep() has it); to do so twice does no harm.
 * The frame stays where it is: what the PPIs do not need is left out by offsets.
 *
 * Return: bytes at @buf that are the message's beginning, the frame's first bytes
 * included.
 */
u32 rndis_tx_build(void *buf, const struct xhv_net_tx *tx);

/* rndis_rx.c: what comes from the host. */

/**
 * struct rndis_rx - a frame from the host
 * @data: its first byte, in the host's memory
 * @len: bytes
 * @csum: RX checksum word: CSUM_RX_*; 0 if nothing is known
 * @vlan: the tag's word, valid if @tagged
 * @tagged: the host has taken an 802.1Q tag out
 */
struct rndis_rx {
	const void *data;
	u32 len;
	u32 csum;
	u16 vlan;
	bool tagged;
	u32 hash;
};

/**
 * rndis_rx_header() - what a message of the host is
 * @msg: it, in memory that the host may write to at any time
 * @len: bytes that it has at most
 * @hdr: gets a copy of its header, checked against @len
 *
 * Return: 0 or -EINVAL.
 */
int rndis_rx_header(const void *msg, u32 len, struct rndis_header *hdr);

/**
 * rndis_rx_packet() - the frame in an RNDIS_MSG_PACKET
 * @msg: the message, in memory that the host may write to at any time
 * @len: its length, checked by rndis_rx_header()
 * @rx: gets the frame; nothing but @rx->data points to the host's memory
 *
 * Return: 0; -EINVAL, offsets and lengths make no sense; -EOPNOTSUPP, a part of
 * a coalesced packet, which was not asked for.
 */
int rndis_rx_packet(const void *msg, u32 len, struct rndis_rx *rx);

/**
 * rndis_rx_reply() - take over the answer to a request
 * @msg: the message, in memory that the host may write to at any time
 * @len: its length, checked by rndis_rx_header()
 * @reply: gets its fixed part, the rest zeroed
 * @data: gets the data of a query
 * @room: how much of that at most
 *
 * Return: bytes of data, or -EINVAL.
 */
int rndis_rx_reply(const void *msg, u32 len, struct rndis_reply *reply,
		   void *data, u32 room);

/* An RNDIS_MSG_INDICATE: its status, 0 if it makes no sense. */
u32 rndis_rx_status(const void *msg, u32 len);

/* The 802.1Q tag control information that a PPI's word means, and back. */
static inline u16 rndis_vlan_tci(u32 word)
{
	return (word & NDIS_PRIO_MASK) << 13 | !!(word & NDIS_CFI) << 12 |
	       (word >> NDIS_VLAN_SHIFT & 0xfff);
}

static inline u32 rndis_vlan_word(u16 tci)
{
	return tci >> 13 | (tci & BIT(12) ? NDIS_CFI : 0) |
	       (tci & 0xfff) << NDIS_VLAN_SHIFT;
}

/* rndis_oid.c: requests. */

/* Requests: written to @buf, of a page's size; @len at most RNDIS_MAX_DATA. All
 * return the message's length.
 */
#define RNDIS_MAX_DATA	2048
u32 rndis_build_init(void *buf, u32 id, u32 max_transfer);
u32 rndis_build_query(void *buf, u32 id, u32 oid, const void *data, u32 len);
u32 rndis_build_set(void *buf, u32 id, u32 oid, const void *data, u32 len);

/* What to ask for OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES with; its size. */
u32 rndis_ask_offload(struct ndis_offload *ask, u32 nvsp_version);

/**
 * rndis_read_offload() - what the host can do
 * @o: its answer, @len bytes, the rest zeroed
 * @lso_max: gets the largest frame that it segments
 *
 * Return: XHV_NET_CSUM_*, XHV_NET_TSO*; none for an answer that makes no sense.
 */
u32 rndis_read_offload(const struct ndis_offload *o, u32 len, u32 *lso_max);

/* What to set OID_TCP_OFFLOAD_PARAMETERS to, for XHV_NET_* @features; its size. */
u32 rndis_set_offload(struct ndis_offload_params *p, u32 nvsp_version,
		      u32 features);

/* What to set OID_GEN_RECEIVE_SCALE_PARAMETERS to: @table has @n channels by
 * hash, at most RSS_MAX_TABLE. @buf has RNDIS_RSS_ROOM bytes. Its size.
 */
#define RNDIS_RSS_ROOM	(sizeof(struct ndis_rss_params) + \
			 RSS_MAX_TABLE * sizeof(u32) + RSS_KEY_SIZE)
u32 rndis_set_rss(void *buf, const u8 *table, u32 n, bool disable);

#endif /* XHV_RNDIS_H */
