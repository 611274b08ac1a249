/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: what is in a frame, its checksums and its hash.
 *
 * Sums are kept in the machine's byte order, as if memory were its 16-bit
 * numbers: RFC 1071 shows that the folded sum may then be stored as it is.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "net/checksum.h"
#include "vmbus-net.h"

#define MAX_IPV6_EXTENSIONS 8
#define IPV6_HEADER_LEN     40

uint32_t net_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
    uint64_t total = sum;

    for (; len >= 8; len -= 8, data += 8) {
        uint64_t v = ldq_he_p(data);

        total += v & UINT32_MAX;
        total += v >> 32;
    }
    for (; len >= 2; len -= 2, data += 2) {
        total += lduw_he_p(data);
    }
    if (len) {
        uint8_t last[2] = { *data, 0 };

        total += lduw_he_p(last);
    }
    total = (total & UINT32_MAX) + (total >> 32);
    return (total & UINT32_MAX) + (total >> 32);
}

static uint16_t net_sum_fold(uint32_t sum)
{
    sum = (sum & UINT16_MAX) + (sum >> 16);
    return (sum & UINT16_MAX) + (sum >> 16);
}

static bool net_parse_ip4(const uint8_t *p, uint32_t len, NetFrame *f)
{
    uint32_t header, total;

    if (len < sizeof(struct ip_header) || p[0] >> 4 != 4) {
        return false;
    }
    header = (p[0] & 0xf) * 4;
    total = lduw_be_p(p + 2);
    if (header < sizeof(struct ip_header) || header > len) {
        return false;
    }
    f->protocol = p[9];
    f->fragment = lduw_be_p(p + 6) & 0x3fff;
    /* no total length: to be segmented, or too long for the field */
    if (!total) {
        total = len;
    }
    if (total < header || total > len) {
        f->fragment = true;
        return true;
    }
    f->l4 = f->l3 + header;
    f->l4_len = total - header;
    return true;
}

static bool net_parse_ip6(const uint8_t *p, uint32_t len, NetFrame *f)
{
    uint32_t header = IPV6_HEADER_LEN;
    uint32_t total;
    unsigned i;

    if (len < header || p[0] >> 4 != 6) {
        return false;
    }
    f->ipv6 = true;
    f->protocol = p[6];
    total = lduw_be_p(p + 4);
    total = total ? total + header : len;
    if (total > len) {
        f->fragment = true;
        return true;
    }
    for (i = 0; i < MAX_IPV6_EXTENSIONS; i++) {
        if (f->protocol != IP6_HOP_BY_HOP && f->protocol != IP6_ROUTING &&
            f->protocol != IP6_DESTINATON) {
            break;
        }
        if (total - header < 8) {
            return true;
        }
        f->protocol = p[header];
        header += 8 + p[header + 1] * 8;
        if (header > total) {
            return true;
        }
    }
    if (f->protocol == IP6_FRAGMENT) {
        f->fragment = true;
    }
    f->l4 = f->l3 + header;
    f->l4_len = total - header;
    return true;
}

void net_frame_parse(const uint8_t *data, uint32_t len, NetFrame *f)
{
    uint32_t l3 = ETH_HLEN;
    uint16_t type;
    bool ip;

    memset(f, 0, sizeof(*f));
    if (len < ETH_HLEN) {
        return;
    }
    type = lduw_be_p(data + 12);
    while ((type == ETH_P_VLAN || type == ETH_P_DVLAN) && len >= l3 + 4 &&
           l3 <= ETH_HLEN + 4) {
        type = lduw_be_p(data + l3 + 2);
        l3 += 4;
    }
    f->l3 = l3;
    ip = (type == ETH_P_IP && net_parse_ip4(data + l3, len - l3, f)) ||
         (type == ETH_P_IPV6 && net_parse_ip6(data + l3, len - l3, f));
    if (!ip) {
        f->l3 = 0;
        return;
    }
    if (!f->l4) {
        return;
    }
    if (!f->fragment && f->protocol == IP_PROTO_TCP && f->l4_len >= 20) {
        uint32_t header = (data[f->l4 + 12] >> 4) * 4;

        if (header >= 20 && header <= f->l4_len) {
            f->payload = f->l4 + header;
            return;
        }
    }
    if (!f->fragment && f->protocol == IP_PROTO_UDP && f->l4_len >= 8) {
        uint32_t total = lduw_be_p(data + f->l4 + 4);

        if (total >= 8 && total <= f->l4_len) {
            f->l4_len = total;
            f->payload = f->l4 + 8;
            return;
        }
    }
    f->l4 = 0;
}

int net_csum_kind(const NetFrame *f)
{
    if (f->protocol == IP_PROTO_TCP) {
        return f->ipv6 ? NET_CSUM_TCP6 : NET_CSUM_TCP4;
    }
    return f->ipv6 ? NET_CSUM_UDP6 : NET_CSUM_UDP4;
}

/* Of @len bytes of TCP or UDP. */
static uint32_t net_pseudo_sum(const uint8_t *data, const NetFrame *f,
                               uint32_t len)
{
    uint8_t tail[8];

    stl_be_p(tail, len);
    stl_be_p(tail + 4, f->protocol);
    return net_sum(tail, sizeof(tail),
                   f->ipv6 ? net_sum(data + f->l3 + 8, 32, 0)
                           : net_sum(data + f->l3 + 12, 8, 0));
}

static uint8_t *net_l4_csum(uint8_t *data, const NetFrame *f)
{
    return data + f->l4 + (f->protocol == IP_PROTO_TCP ? 16 : 6);
}

void net_ip_csum(uint8_t *data, const NetFrame *f)
{
    uint8_t *p = data + f->l3;

    stw_he_p(p + 10, 0);
    stw_he_p(p + 10, ~net_sum_fold(net_sum(p, (p[0] & 0xf) * 4, 0)));
}

void net_fill_pseudo(uint8_t *data, const NetFrame *f, uint32_t len)
{
    stw_he_p(net_l4_csum(data, f), net_sum_fold(net_pseudo_sum(data, f, len)));
}

void net_fill_csum(uint8_t *data, const NetFrame *f, uint32_t len,
                   const uint8_t *payload, uint32_t payload_len)
{
    uint8_t *field = net_l4_csum(data, f);
    uint32_t sum;

    stw_he_p(field, 0);
    sum = net_pseudo_sum(data, f, len + payload_len);
    sum = net_sum(data + f->l4, len, sum);
    sum = (uint16_t)~net_sum_fold(net_sum(payload, payload_len, sum));
    /* of UDP 0 would say that there is none */
    stw_he_p(field, !sum && f->protocol == IP_PROTO_UDP ? 0xffff : sum);
}

void net_fill_partial(uint8_t *data, uint32_t len, uint32_t offset)
{
    uint16_t sum = ~net_sum_fold(net_sum(data, len, 0));

    stw_he_p(data + offset, sum ? sum : 0xffff);
}

bool net_l4_csum_ok(const uint8_t *data, const NetFrame *f)
{
    return net_sum_fold(net_sum(data + f->l4, f->l4_len,
                                net_pseudo_sum(data, f, f->l4_len))) == 0xffff;
}

bool net_ip_csum_ok(const uint8_t *data, const NetFrame *f)
{
    const uint8_t *p = data + f->l3;

    return net_sum_fold(net_sum(p, (p[0] & 0xf) * 4, 0)) == 0xffff;
}

/* The Toeplitz hash that the guest wants, if it wants one of such a frame. */
bool net_rss_hash(VMBusNet *s, const uint8_t *data, const NetFrame *f,
                  uint32_t *hash)
{
    uint8_t input[36];
    uint32_t len = f->ipv6 ? 32 : 8;
    net_toeplitz_key key;

    if (!s->rss || !f->l3) {
        return false;
    }
    memcpy(input, data + f->l3 + (f->ipv6 ? 8 : 12), len);
    if (f->l4 && f->protocol == IP_PROTO_TCP &&
        (s->rss_hash & (f->ipv6 ? NDIS_HASH_TCP_IPV6 : NDIS_HASH_TCP_IPV4))) {
        memcpy(input + len, data + f->l4, 4);
        len += 4;
    } else if (!(s->rss_hash & (f->ipv6 ? NDIS_HASH_IPV6 : NDIS_HASH_IPV4))) {
        return false;
    }
    /* input and 32 bits of the key behind it are no more than the key has */
    net_toeplitz_key_init(&key, s->rss_key);
    *hash = 0;
    net_toeplitz_add(hash, input, len, &key);
    return true;
}
