/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Headers of packets and sums over them, as the kernel has them. A user-space
 * header of the same structures does not go together with the kernel's others.
 */
#ifndef XHV_FUZZ_NET_HEADERS_H
#define XHV_FUZZ_NET_HEADERS_H

#include "uspace.h"

#define ETH_ALEN	6
#define ETH_HLEN	14
#define ETH_P_IP	0x0800
#define ETH_P_8021Q	0x8100
#define ETH_P_IPV6	0x86dd
#ifndef IPPROTO_TCP
#define IPPROTO_TCP	6
#endif
#define IPPROTO_UDP	17
#define IPPROTO_HOPOPTS	0
#define IPPROTO_ROUTING	43
#define IPPROTO_DSTOPTS	60
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff
#define CSUM_MANGLED_0	((__sum16)0xffff)

#define ETH_DATA_LEN	1500

static inline bool is_valid_ether_addr(const u8 *a)
{
	static const u8 none[ETH_ALEN];

	return !(a[0] & 1) && memcmp(a, none, ETH_ALEN);
}

#define htonl(x)	__builtin_bswap32(x)
#define __force

typedef u32 __wsum;

struct iphdr {
	u8 ihl:4, version:4;
	u8 tos;
	__be16 tot_len, id, frag_off;
	u8 ttl, protocol;
	__sum16 check;
	__be32 saddr, daddr;
};

struct in6_addr {
	u8 bytes[16];
};

struct ipv6hdr {
	u8 priority:4, version:4;
	u8 flow_lbl[3];
	__be16 payload_len;
	u8 nexthdr, hop_limit;
	struct in6_addr saddr, daddr;
};

struct tcphdr {
	__be16 source, dest;
	__be32 seq, ack_seq;
	u16 flags;
	__be16 window;
	__sum16 check;
	__be16 urg_ptr;
};

struct udphdr {
	__be16 source, dest, len;
	__sum16 check;
};

static inline __sum16 csum_fold(__wsum sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static inline __wsum csum_partial(const void *p, int len, __wsum sum)
{
	const u8 *b = p;
	u64 all = sum;
	int i;

	for (i = 0; i < len; i++)
		all += i % 2 ? b[i] << 8 : b[i];
	while (all >> 32)
		all = (all & U32_MAX) + (all >> 32);
	return all;
}

static inline __wsum csum_block_add(__wsum a, __wsum b, int offset)
{
	u64 all;

	if (offset % 2)
		b = b << 8 | b >> 24;
	all = (u64)a + b;
	return (all & U32_MAX) + (all >> 32);
}

static inline __sum16 csum_tcpudp_magic(__be32 saddr, __be32 daddr, u32 len,
					u8 protocol, __wsum sum)
{
	struct {
		__be32 saddr, daddr;
		u8 zero, protocol;
		__be16 len;
	} pseudo = { saddr, daddr, 0, protocol, htons(len) };

	return csum_fold(csum_partial(&pseudo, sizeof(pseudo), sum));
}

static inline __wsum csum_add(__wsum a, __wsum b)
{
	return csum_block_add(a, b, 0);
}

static inline __sum16 ip_fast_csum(const void *ip, unsigned int ihl)
{
	return csum_fold(csum_partial(ip, ihl * 4, 0));
}

static inline bool is_multicast_ether_addr(const u8 *addr)
{
	return addr[0] & 1;
}

static inline bool is_broadcast_ether_addr(const u8 *addr)
{
	return !memcmp(addr, "\xff\xff\xff\xff\xff\xff", ETH_ALEN);
}

#define get_unaligned(p) ({						\
	__typeof__(*(p) + 0) v_ = 0;					\
	memcpy(&v_, (p), sizeof(*(p))); v_; })
#define put_unaligned(v, p) ({						\
	__typeof__(*(p)) v_ = (v);					\
	memcpy((p), &v_, sizeof(v_)); })

#endif /* XHV_FUZZ_NET_HEADERS_H */
