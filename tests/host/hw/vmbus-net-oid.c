/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: the objects that a guest can query and set by RNDIS.
 */

#include "qemu/osdep.h"
#include "qemu/ctype.h"
#include "vmbus-net.h"

#define NET_NAME_MAX    64

/* In units of 100 bit/s, as many as the field holds. */
uint32_t net_speed(VMBusNet *s)
{
    return MIN(s->speed * 10000ull, UINT32_MAX);
}

/* Queries: each returns the value's length, 0 for "not supported". */

static uint32_t net_query_offload(VMBusNet *s, const uint8_t *in,
                                  uint32_t in_len, uint8_t *out)
{
    ndis_offload caps = {};
    ndis_header header = {};
    uint32_t size = NDIS_OFFLOAD_SIZE_3;
    uint8_t revision = 3;

    /* the guest says which revision it knows; the version has a limit, too */
    if (in_len >= sizeof(header)) {
        memcpy(&header, in, sizeof(header));
        revision = MIN(revision, MAX(header.revision, 1));
    }
    if (s->version < NVSP_VERSION_5) {
        revision = MIN(revision, s->version < NVSP_VERSION_4 ? 1 : 2);
    }
    if (revision < 3) {
        size = revision == 1 ? NDIS_OFFLOAD_SIZE_1 : NDIS_OFFLOAD_SIZE_2;
    }
    caps.header = (ndis_header) {
        .type = NDIS_TYPE_OFFLOAD,
        .revision = revision,
        .size = cpu_to_le16(size),
    };
    if (s->offer_csum) {
        uint32_t ip4 = NDIS_CSUM_TCP_OPTIONS | NDIS_CSUM_TCP | NDIS_CSUM_UDP;
        uint32_t ip6 = ip4 | NDIS_CSUM_IP_OPTIONS;
        unsigned i;

        ip4 |= NDIS_CSUM_IP_OPTIONS | NDIS_CSUM_IP;
        for (i = 0; i < 4; i++) {
            caps.csum[i].encapsulation = cpu_to_le32(NDIS_ENCAPSULATION_8023);
            caps.csum[i].checksum = cpu_to_le32(i < 2 ? ip4 : ip6);
        }
    }
    if (s->offer_lso) {
        unsigned i;

        for (i = 0; i < 2; i++) {
            caps.lso2[i].encapsulation = cpu_to_le32(NDIS_ENCAPSULATION_8023);
            caps.lso2[i].max_size = cpu_to_le32(NET_LSO_MAX);
            caps.lso2[i].min_segments = cpu_to_le32(2);
        }
        caps.lso2_ipv6_options = cpu_to_le32(NDIS_LSO_IPV6_EXTENSIONS |
                                             NDIS_LSO_IPV6_TCP_OPTIONS);
    }
    memcpy(out, &caps, size);
    return size;
}

static uint32_t net_query_rss(VMBusNet *s, uint8_t *out)
{
    ndis_rss_capabilities caps = {
        .header = {
            .type = NDIS_TYPE_RSS_CAPABILITIES,
            .revision = 2,
            .size = cpu_to_le16(sizeof(caps)),
        },
        .flags = cpu_to_le32(NDIS_HASH_TOEPLITZ | NDIS_RSS_CAP_TCP_IPV4 |
                             NDIS_RSS_CAP_TCP_IPV6),
        .messages = cpu_to_le32(VMBUS_DEVICE(s)->num_channels),
        .queues = cpu_to_le32(VMBUS_DEVICE(s)->num_channels),
        .table_entries = cpu_to_le16(NDIS_RSS_TABLE_MAX),
    };

    memcpy(out, &caps, sizeof(caps));
    return sizeof(caps);
}

static uint32_t net_query_rss_parameters(VMBusNet *s, uint8_t *out)
{
    uint32_t table = s->rss_table_len * 4;
    ndis_rss_parameters rss = {
        .header = {
            .type = NDIS_TYPE_RSS_PARAMETERS,
            .revision = 2,
            .size = cpu_to_le16(sizeof(rss)),
        },
        .flags = cpu_to_le16(s->rss ? 0 : NDIS_RSS_DISABLE),
        .hash = cpu_to_le32(s->rss_hash),
        .table_size = cpu_to_le16(table),
        .table_offset = cpu_to_le32(sizeof(rss)),
        .key_size = cpu_to_le16(NDIS_RSS_KEY_LEN),
        .key_offset = cpu_to_le32(sizeof(rss) + table),
    };
    unsigned i;

    memcpy(out, &rss, sizeof(rss));
    for (i = 0; i < s->rss_table_len; i++) {
        stl_le_p(out + sizeof(rss) + i * 4, s->rss_table[i]);
    }
    memcpy(out + sizeof(rss) + table, s->rss_key, NDIS_RSS_KEY_LEN);
    return sizeof(rss) + table + NDIS_RSS_KEY_LEN;
}

static uint32_t net_query_name(VMBusNet *s, uint8_t *out)
{
    const char *name = s->friendly_name ?: "Network Adapter";
    uint32_t i;

    for (i = 0; name[i] && i < NET_NAME_MAX; i++) {
        stw_le_p(out + i * 2, (uint8_t)name[i]);
    }
    return i * 2;
}

static uint32_t net_query_number(uint8_t *out, uint32_t value)
{
    stl_le_p(out, value);
    return sizeof(value);
}

uint32_t net_oid_query(VMBusNet *s, uint32_t oid, const uint8_t *in,
                       uint32_t in_len, uint8_t *out)
{
    static const uint32_t supported[] = {
        OID_GEN_SUPPORTED_LIST, OID_GEN_HARDWARE_STATUS,
        OID_GEN_MEDIA_SUPPORTED, OID_GEN_MEDIA_IN_USE,
        OID_GEN_MAXIMUM_LOOKAHEAD, OID_GEN_MAXIMUM_FRAME_SIZE,
        OID_GEN_LINK_SPEED, OID_GEN_TRANSMIT_BLOCK_SIZE,
        OID_GEN_RECEIVE_BLOCK_SIZE, OID_GEN_VENDOR_ID,
        OID_GEN_VENDOR_DESCRIPTION, OID_GEN_CURRENT_PACKET_FILTER,
        OID_GEN_CURRENT_LOOKAHEAD, OID_GEN_MAXIMUM_TOTAL_SIZE,
        OID_GEN_MAC_OPTIONS, OID_GEN_MEDIA_CONNECT_STATUS,
        OID_GEN_MAXIMUM_SEND_PACKETS, OID_GEN_VENDOR_DRIVER_VERSION,
        OID_GEN_RECEIVE_SCALE_CAPABILITIES, OID_GEN_RECEIVE_SCALE_PARAMETERS,
        OID_GEN_RNDIS_CONFIG_PARAMETER, OID_GEN_XMIT_OK, OID_GEN_RCV_OK,
        OID_GEN_XMIT_ERROR, OID_GEN_RCV_ERROR, OID_GEN_RCV_NO_BUFFER,
        OID_GEN_FRIENDLY_NAME, OID_802_3_PERMANENT_ADDRESS,
        OID_802_3_CURRENT_ADDRESS, OID_802_3_MULTICAST_LIST,
        OID_802_3_MAXIMUM_LIST_SIZE, OID_OFFLOAD_ENCAPSULATION,
        OID_TCP_OFFLOAD_CURRENT_CONFIG, OID_TCP_OFFLOAD_PARAMETERS,
        OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES,
    };
    static const char vendor[] = "xen-hyperv test host";
    unsigned i;

    switch (oid) {
    case OID_GEN_SUPPORTED_LIST:
        for (i = 0; i < ARRAY_SIZE(supported); i++) {
            stl_le_p(out + i * 4, supported[i]);
        }
        return sizeof(supported);
    case OID_GEN_HARDWARE_STATUS:
    case OID_GEN_MEDIA_SUPPORTED:
    case OID_GEN_MEDIA_IN_USE:
        /* ready; IEEE 802.3 */
        return net_query_number(out, 0);
    case OID_GEN_MAXIMUM_LOOKAHEAD:
    case OID_GEN_CURRENT_LOOKAHEAD:
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        return net_query_number(out, s->mtu);
    case OID_GEN_MAXIMUM_TOTAL_SIZE:
    case OID_GEN_TRANSMIT_BLOCK_SIZE:
    case OID_GEN_RECEIVE_BLOCK_SIZE:
        return net_query_number(out, s->mtu + ETH_HLEN);
    case OID_GEN_LINK_SPEED:
        return net_query_number(out, net_speed(s));
    case OID_GEN_VENDOR_ID:
        return net_query_number(out, 0xffffff);
    case OID_GEN_VENDOR_DESCRIPTION:
        memcpy(out, vendor, sizeof(vendor));
        return sizeof(vendor);
    case OID_GEN_VENDOR_DRIVER_VERSION:
        return net_query_number(out, 0x00010000);
    case OID_GEN_CURRENT_PACKET_FILTER:
        return net_query_number(out, s->filter);
    case OID_GEN_MAC_OPTIONS:
    case OID_802_3_MAXIMUM_LIST_SIZE:
    case OID_OFFLOAD_ENCAPSULATION:
        return net_query_number(out, 0);
    case OID_GEN_MEDIA_CONNECT_STATUS:
        return net_query_number(out, qemu_get_queue(s->nic)->link_down ||
                                     s->presence != NET_OFFERED);
    case OID_GEN_MAXIMUM_SEND_PACKETS:
        return net_query_number(out, NET_MAX_PACKETS);
    case OID_GEN_RECEIVE_SCALE_CAPABILITIES:
        return net_query_rss(s, out);
    case OID_GEN_RECEIVE_SCALE_PARAMETERS:
        return net_query_rss_parameters(s, out);
    case OID_GEN_XMIT_OK:
        return net_query_number(out, s->stats[NET_TX_PACKETS]);
    case OID_GEN_RCV_OK:
        return net_query_number(out, s->stats[NET_RX_PACKETS]);
    case OID_GEN_XMIT_ERROR:
        return net_query_number(out, s->stats[NET_TX_BAD]);
    case OID_GEN_RCV_ERROR:
        return net_query_number(out, s->stats[NET_RX_TOO_LONG]);
    case OID_GEN_RCV_NO_BUFFER:
        return net_query_number(out, s->stats[NET_RX_CLOSED]);
    case OID_GEN_FRIENDLY_NAME:
        return net_query_name(s, out);
    case OID_802_3_PERMANENT_ADDRESS:
        memcpy(out, s->conf.macaddr.a, ETH_ALEN);
        return ETH_ALEN;
    case OID_802_3_CURRENT_ADDRESS:
        memcpy(out, s->mac, ETH_ALEN);
        return ETH_ALEN;
    case OID_TCP_OFFLOAD_CURRENT_CONFIG:
    case OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES:
        return net_query_offload(s, in, in_len, out);
    default:
        return 0;
    }
}

/* Settings: each returns an RNDIS status. */

static void net_set_csum(VMBusNet *s, unsigned kind, uint8_t param)
{
    if (param) {
        s->tx_csum[kind] = param == NDIS_PARAM_TX || param == NDIS_PARAM_TX_RX;
        s->rx_csum[kind] = param == NDIS_PARAM_RX || param == NDIS_PARAM_TX_RX;
    }
}

static uint32_t net_set_offload(VMBusNet *s, const uint8_t *in, uint32_t len)
{
    ndis_offload_params p;
    uint8_t csum, i;

    if (len < sizeof(p)) {
        return RNDIS_INVALID_LENGTH;
    }
    memcpy(&p, in, sizeof(p));
    csum = p.ip4_csum | p.tcp4_csum | p.udp4_csum | p.tcp6_csum | p.udp6_csum;
    if (p.header.type != NDIS_TYPE_DEFAULT || csum > 7 ||
        (!s->offer_csum && csum > NDIS_PARAM_OFF) ||
        p.lso2_ip4 > 2 || p.lso2_ip6 > 2 ||
        (!s->offer_lso && (p.lso2_ip4 | p.lso2_ip6) > 1)) {
        return RNDIS_INVALID_DATA;
    }
    net_set_csum(s, NET_CSUM_IP4, p.ip4_csum);
    net_set_csum(s, NET_CSUM_TCP4, p.tcp4_csum);
    net_set_csum(s, NET_CSUM_UDP4, p.udp4_csum);
    net_set_csum(s, NET_CSUM_TCP6, p.tcp6_csum);
    net_set_csum(s, NET_CSUM_UDP6, p.udp6_csum);
    if (p.lso2_ip4) {
        s->lso4 = p.lso2_ip4 == NDIS_PARAM_TX;
    }
    if (p.lso2_ip6) {
        s->lso6 = p.lso2_ip6 == NDIS_PARAM_TX;
    }
    if (s->vnet) {
        bool rx = false;

        /* the peer then leaves sums to us, and says which are good */
        for (i = 0; i < NET_CSUMS; i++) {
            rx |= s->rx_csum[i];
        }
        qemu_set_offload(qemu_get_queue(s->nic)->peer, rx, 0, 0, 0, 0, 0, 0);
    }
    return RNDIS_SUCCESS;
}

static uint32_t net_set_rss(VMBusNet *s, const uint8_t *in, uint32_t len)
{
    ndis_rss_parameters p;
    uint32_t table, table_len, key, key_len, i;
    uint16_t flags;

    if (len < sizeof(p)) {
        return RNDIS_INVALID_LENGTH;
    }
    memcpy(&p, in, sizeof(p));
    flags = le16_to_cpu(p.flags);
    if (p.header.type != NDIS_TYPE_RSS_PARAMETERS) {
        return RNDIS_INVALID_DATA;
    }
    if (flags & NDIS_RSS_DISABLE) {
        s->rss = false;
        return RNDIS_SUCCESS;
    }
    table = le32_to_cpu(p.table_offset);
    table_len = le16_to_cpu(p.table_size);
    key = le32_to_cpu(p.key_offset);
    key_len = le16_to_cpu(p.key_size);
    if (!(flags & NDIS_RSS_TABLE_UNCHANGED) &&
        (table < sizeof(p) || table > len || table_len > len - table ||
         !table_len || table_len % 4 || table_len > sizeof(s->rss_table))) {
        return RNDIS_INVALID_DATA;
    }
    if (!(flags & NDIS_RSS_KEY_UNCHANGED) &&
        (key < sizeof(p) || key > len || key_len > len - key ||
         key_len != NDIS_RSS_KEY_LEN)) {
        return RNDIS_INVALID_DATA;
    }
    if (!(flags & NDIS_RSS_HASH_UNCHANGED)) {
        if ((le32_to_cpu(p.hash) & NDIS_HASH_FUNCTIONS) != NDIS_HASH_TOEPLITZ) {
            return RNDIS_INVALID_DATA;
        }
        s->rss_hash = le32_to_cpu(p.hash);
    }
    if (!(flags & NDIS_RSS_TABLE_UNCHANGED)) {
        s->rss_table_len = table_len / 4;
        for (i = 0; i < s->rss_table_len; i++) {
            s->rss_table[i] = ldl_le_p(in + table + i * 4);
        }
    }
    if (!(flags & NDIS_RSS_KEY_UNCHANGED)) {
        memcpy(s->rss_key, in + key, NDIS_RSS_KEY_LEN);
    }
    s->rss = true;
    return RNDIS_SUCCESS;
}

/* A text of ASCII characters in UTF-16. */
static bool net_config_is(const uint8_t *p, uint32_t len, const char *text)
{
    uint32_t i;

    if (len != 2 * strlen(text)) {
        return false;
    }
    for (i = 0; i < len / 2; i++) {
        if (lduw_le_p(p + 2 * i) != (uint8_t)text[i]) {
            return false;
        }
    }
    return true;
}

static uint32_t net_set_config(VMBusNet *s, const uint8_t *in, uint32_t len)
{
    rndis_config c;
    uint32_t name, name_len, value, value_len, i;
    uint8_t mac[ETH_ALEN] = {};

    if (len < sizeof(c)) {
        return RNDIS_INVALID_LENGTH;
    }
    memcpy(&c, in, sizeof(c));
    name = le32_to_cpu(c.name_offset);
    name_len = le32_to_cpu(c.name_len);
    value = le32_to_cpu(c.value_offset);
    value_len = le32_to_cpu(c.value_len);
    if (name > len || name_len > len - name ||
        value > len || value_len > len - value) {
        return RNDIS_INVALID_DATA;
    }
    if (le32_to_cpu(c.type) != RNDIS_CONFIG_TEXT ||
        !net_config_is(in + name, name_len, "NetworkAddress") ||
        value_len != 4 * ETH_ALEN) {
        return RNDIS_NOT_SUPPORTED;
    }
    for (i = 0; i < 2 * ETH_ALEN; i++) {
        uint16_t digit = lduw_le_p(in + value + 2 * i);

        if (digit > 0x7f || !qemu_isxdigit(digit)) {
            return RNDIS_INVALID_DATA;
        }
        mac[i / 2] = mac[i / 2] << 4 | g_ascii_xdigit_value(digit);
    }
    if (mac[0] & 1) {
        return RNDIS_INVALID_DATA;
    }
    memcpy(s->mac, mac, ETH_ALEN);
    qemu_format_nic_info_str(qemu_get_queue(s->nic), s->mac);
    return RNDIS_SUCCESS;
}

uint32_t net_oid_set(VMBusNet *s, uint32_t oid, const uint8_t *in,
                     uint32_t len)
{
    switch (oid) {
    case OID_GEN_CURRENT_PACKET_FILTER:
        if (len < sizeof(uint32_t)) {
            return RNDIS_INVALID_LENGTH;
        }
        s->filter = ldl_le_p(in);
        return RNDIS_SUCCESS;
    case OID_TCP_OFFLOAD_PARAMETERS:
        return net_set_offload(s, in, len);
    case OID_GEN_RECEIVE_SCALE_PARAMETERS:
        return net_set_rss(s, in, len);
    case OID_GEN_RNDIS_CONFIG_PARAMETER:
        return net_set_config(s, in, len);
    case OID_GEN_CURRENT_LOOKAHEAD:
    case OID_802_3_MULTICAST_LIST:
    case OID_OFFLOAD_ENCAPSULATION:
        return RNDIS_SUCCESS;
    default:
        return RNDIS_NOT_SUPPORTED;
    }
}
