/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: frames from the guest.
 *
 * What is worked on is a copy of the guest's data, so it can be changed: a
 * checksum is put in, a segment's header made.  With a peer that takes virtio's
 * header (tap), that is left to it.
 */

#include "qemu/osdep.h"
#include "qemu/iov.h"
#include "standard-headers/linux/virtio_net.h"
#include "vmbus-net.h"

/* The header of a segment: Ethernet, tags, IPv6 with extensions, TCP. */
#define MAX_HEADER  256
/* Less than TCP has; else one frame could become tens of thousands. */
#define MIN_MSS     32

#define TCP_FIN     0x01
#define TCP_PSH     0x08
#define TCP_CWR     0x80

typedef struct NetTx {
    NetChannel *nc;
    uint8_t *data;              /* of the frame */
    uint32_t len;
    bool csum, lso, vlan, hash;
    uint32_t csum_info;
    uint32_t lso_info;
    uint32_t vlan_info;
} NetTx;

void net_tx_sent(NetClientState *nc, ssize_t len)
{
    VMBusNet *s = qemu_get_nic_opaque(nc);
    unsigned i;

    if (s->tx_waiting && --s->tx_waiting) {
        return;
    }
    for (i = 0; i < VMBUS_DEVICE(s)->num_channels; i++) {
        if (s->channels[i].open) {
            vmbus_channel_notify_host(s->channels[i].chan);
        }
    }
}

/* Hand a frame to the net layer, with a VLAN tag if it is to have one. */
static void net_tx_emit(NetTx *tx, const struct virtio_net_hdr *vnet,
                        uint8_t *head, uint32_t head_len,
                        uint8_t *payload, uint32_t payload_len)
{
    VMBusNet *s = tx->nc->s;
    uint32_t idx = vmbus_channel_idx(tx->nc->chan);
    NetClientState *nc = qemu_get_subqueue(s->nic, idx %
                                           MAX(s->conf.peers.queues, 1));
    struct virtio_net_hdr hdr = *vnet;
    struct iovec iov[5];
    unsigned cnt = 0;
    uint8_t tag[4];

    if (s->vnet) {
        if (tx->vlan && hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) {
            hdr.csum_start += sizeof(tag);
        }
        if (tx->vlan && hdr.hdr_len) {
            hdr.hdr_len += sizeof(tag);
        }
        iov[cnt++] = (struct iovec) { &hdr, sizeof(hdr) };
    }
    if (tx->vlan) {
        /* priority, CFI and id lie differently in the tag */
        stw_be_p(tag, ETH_P_VLAN);
        stw_be_p(tag + 2, (tx->vlan_info & 7) << 13 |
                          (tx->vlan_info >> 3 & 1) << 12 |
                          (tx->vlan_info >> 4 & 0xfff));
        iov[cnt++] = (struct iovec) { head, 2 * ETH_ALEN };
        iov[cnt++] = (struct iovec) { tag, sizeof(tag) };
        head += 2 * ETH_ALEN;
        head_len -= 2 * ETH_ALEN;
    }
    iov[cnt++] = (struct iovec) { head, head_len };
    if (payload_len) {
        iov[cnt++] = (struct iovec) { payload, payload_len };
    }
    tx->nc->tx_packets++;
    net_stat(s, NET_TX_PACKETS);
    net_stat_add(s, NET_TX_BYTES, iov_size(iov, cnt) -
                                  (s->vnet ? sizeof(hdr) : 0));
    if (qemu_get_queue(s->nic)->link_down) {
        net_stat(s, NET_TX_LINK_DOWN);
        return;
    }
    /* the net layer keeps a copy of what its receiver cannot take now */
    if (!qemu_sendv_packet_async(nc, iov, cnt, net_tx_sent)) {
        if (!s->tx_waiting++) {
            net_stat(s, NET_TX_WAITS);
        }
    }
}

/* Make the lengths in the IP header those of a frame with @l4_len. */
static void net_tx_set_len(uint8_t *data, const NetFrame *f, uint32_t l4_len)
{
    if (f->ipv6) {
        stw_be_p(data + f->l3 + 4, f->l4 - f->l3 - 40 + l4_len);
    } else {
        stw_be_p(data + f->l3 + 2, f->l4 - f->l3 + l4_len);
        net_ip_csum(data, f);
    }
}

static void net_tx_segment(NetTx *tx, NetFrame *f, uint32_t mss)
{
    VMBusNet *s = tx->nc->s;
    const struct virtio_net_hdr none = {};
    uint32_t header = f->payload;
    uint32_t seq = ldl_be_p(tx->data + f->l4 + 4);
    uint16_t id = lduw_be_p(tx->data + f->l3 + 4);
    uint32_t done, n;

    for (done = header; done < tx->len; done += n) {
        uint8_t head[MAX_HEADER];

        n = MIN(tx->len - done, mss);
        memcpy(head, tx->data, header);
        stl_be_p(head + f->l4 + 4, seq + done - header);
        if (done + n < tx->len) {
            head[f->l4 + 13] &= ~(TCP_FIN | TCP_PSH);
        }
        if (done != header) {
            head[f->l4 + 13] &= ~TCP_CWR;
        }
        if (!f->ipv6) {
            stw_be_p(head + f->l3 + 4, id++);
        }
        net_tx_set_len(head, f, header - f->l4 + n);
        net_fill_csum(head, f, header - f->l4, tx->data + done, n);
        net_tx_emit(tx, &none, head, header, tx->data + done, n);
        net_stat(s, NET_TX_SEGMENTS);
    }
}

static bool net_tx_lso(NetTx *tx)
{
    VMBusNet *s = tx->nc->s;
    uint32_t mss = NDIS_LSO_MSS(tx->lso_info);
    struct virtio_net_hdr vnet = {};
    NetFrame f;

    net_frame_parse(tx->data, tx->len, &f);
    if (!(tx->lso_info & NDIS_LSO_V2) || !f.l4 || !f.payload ||
        f.protocol != IP_PROTO_TCP || f.payload > MAX_HEADER ||
        f.l4 != NDIS_LSO_L4_OFFSET(tx->lso_info) ||
        f.ipv6 != !!(tx->lso_info & NDIS_LSO_IPV6) ||
        !(f.ipv6 ? s->lso6 : s->lso4) ||
        mss < MIN_MSS || f.payload - f.l3 + mss > s->mtu ||
        tx->len - f.l3 > NET_LSO_MAX) {
        return false;
    }
    net_stat(s, NET_TX_LSO);
    net_stat_add(s, NET_TX_LSO_BYTES, tx->len);
    if (f.ipv6) {
        net_stat(s, NET_TX_LSO_IPV6);
    }
    /* a length in the header is that of the whole, or zero */
    f.l4_len = tx->len - f.l4;
    if (!s->vnet) {
        net_tx_segment(tx, &f, mss);
        return true;
    }
    net_tx_set_len(tx->data, &f, f.l4_len);
    net_fill_pseudo(tx->data, &f, f.l4_len);
    vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    vnet.csum_start = f.l4;
    vnet.csum_offset = 16;
    if (tx->len - f.payload > mss) {
        vnet.gso_type = f.ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6
                               : VIRTIO_NET_HDR_GSO_TCPV4;
        vnet.gso_size = mss;
        vnet.hdr_len = f.payload;
    }
    net_tx_emit(tx, &vnet, tx->data, tx->len, NULL, 0);
    return true;
}

static bool net_tx_one(NetTx *tx)
{
    VMBusNet *s = tx->nc->s;
    struct virtio_net_hdr vnet = {};
    NetFrame f;

    if (tx->len - ETH_HLEN > s->mtu + (tx->vlan ? 0 : 4)) {
        net_stat(s, NET_TX_TOO_LONG);
        return false;
    }
    if (tx->csum) {
        uint32_t want = tx->csum_info;
        bool l4 = want & (NDIS_TX_TCP | NDIS_TX_UDP);

        net_frame_parse(tx->data, tx->len, &f);
        if (!f.l3 || f.ipv6 != !!(want & NDIS_TX_IPV6) ||
            (want & NDIS_TX_IP_HEADER && f.ipv6) ||
            (l4 && (!f.l4 || f.protocol != (want & NDIS_TX_TCP ?
                                            IP_PROTO_TCP : IP_PROTO_UDP) ||
                    f.l4 != NDIS_TX_L4_OFFSET(want) ||
                    !s->tx_csum[net_csum_kind(&f)]))) {
            return false;
        }
        net_stat(s, NET_TX_CSUM);
        if (want & NDIS_TX_IP_HEADER) {
            net_ip_csum(tx->data, &f);
        }
        if (l4 && !s->vnet) {
            net_fill_csum(tx->data, &f, f.l4_len, NULL, 0);
        } else if (l4) {
            net_fill_pseudo(tx->data, &f, f.l4_len);
            vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
            vnet.csum_start = f.l4;
            vnet.csum_offset = f.protocol == IP_PROTO_TCP ? 16 : 6;
        }
    }
    net_tx_emit(tx, &vnet, tx->data, tx->len, NULL, 0);
    return true;
}

/* The per-packet information, of which there may be each kind once. */
static bool net_tx_info(NetTx *tx, const uint8_t *p, uint32_t len)
{
    while (len) {
        rndis_info info;
        uint32_t value;
        bool *have = NULL;
        uint32_t *to = NULL;

        if (len < sizeof(info)) {
            return false;
        }
        memcpy(&info, p, sizeof(info));
        info.size = le32_to_cpu(info.size);
        info.offset = le32_to_cpu(info.offset);
        if (info.size < sizeof(info) || info.size > len || info.size % 4 ||
            info.offset < sizeof(info) || info.offset > info.size) {
            return false;
        }
        switch (le32_to_cpu(info.type)) {
        case NDIS_INFO_CHECKSUM:
            have = &tx->csum;
            to = &tx->csum_info;
            break;
        case NDIS_INFO_LSO:
            have = &tx->lso;
            to = &tx->lso_info;
            break;
        case NDIS_INFO_8021Q:
            have = &tx->vlan;
            to = &tx->vlan_info;
            break;
        }
        if (have) {
            if (*have || info.size - info.offset < sizeof(value)) {
                return false;
            }
            memcpy(&value, p + info.offset, sizeof(value));
            *have = true;
            *to = le32_to_cpu(value);
        }
        p += info.size;
        len -= info.size;
    }
    return true;
}

static bool net_tx_packet(NetChannel *nc, uint8_t *body, uint32_t len)
{
    VMBusNet *s = nc->s;
    NetTx tx = { .nc = nc };
    uint32_t offset, info, info_len;
    rndis_packet pkt;

    if (len < sizeof(pkt)) {
        return false;
    }
    memcpy(&pkt, body, sizeof(pkt));
    offset = le32_to_cpu(pkt.data_offset);
    tx.len = le32_to_cpu(pkt.data_len);
    info = le32_to_cpu(pkt.info_offset);
    info_len = le32_to_cpu(pkt.info_len);
    if (offset < sizeof(pkt) || offset > len || tx.len > len - offset ||
        tx.len < ETH_HLEN ||
        (info_len && (info < sizeof(pkt) || info > len ||
                      info_len > len - info ||
                      !net_tx_info(&tx, body + info, info_len)))) {
        return false;
    }
    tx.data = body + offset;
    if (tx.vlan) {
        if (!s->vlan) {
            return false;
        }
        net_stat(s, NET_TX_VLAN);
    }
    return tx.lso ? net_tx_lso(&tx) : net_tx_one(&tx);
}

uint32_t net_transmit(NetChannel *nc, const uint8_t *data, uint32_t len)
{
    VMBusNet *s = nc->s;
    uint32_t status = NVSP_STAT_SUCCESS;
    unsigned count;

    /* padding may follow a message, which is then in its length */
    for (count = 0; len; count++) {
        rndis_head head;

        if (len < sizeof(head) || count == NET_MAX_PACKETS) {
            break;
        }
        memcpy(&head, data, sizeof(head));
        head.type = le32_to_cpu(head.type);
        head.len = le32_to_cpu(head.len);
        if (head.type != RNDIS_PACKET || head.len < sizeof(head) ||
            head.len > len) {
            break;
        }
        if (!net_tx_packet(nc, (uint8_t *)data + sizeof(head),
                           head.len - sizeof(head))) {
            net_stat(s, NET_TX_BAD);
            status = NVSP_STAT_INVALID_RNDIS;
        }
        data += head.len;
        len -= head.len;
    }
    if (len) {
        net_stat(s, NET_TX_BAD);
        status = NVSP_STAT_INVALID_RNDIS;
    }
    return status;
}
