/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: frames to the guest, and its receive buffer.
 *
 * A frame is put into a section of the buffer as soon as it comes.  The guest
 * is told of all that came in one turn of the main loop with one packet.  When
 * there is no section, or no room in the ring, the net layer has to wait.
 */

#include "qemu/osdep.h"
#include "qemu/iov.h"
#include "standard-headers/linux/virtio_net.h"
#include "vmbus-net.h"

typedef struct NetRxHead {
    rndis_head head;
    rndis_packet packet;
    struct {
        rndis_info info;
        uint32_t value;
    } QEMU_PACKED info[3];
} QEMU_PACKED NetRxHead;

QEMU_BUILD_BUG_ON(sizeof(NetRxHead) + NET_TAG_LEN + ETH_HLEN >
                  NET_RECV_HEADROOM);

/* Sections */

int net_recv_buf_set(VMBusNet *s, VMBusChannel *chan, uint32_t gpadl,
                     uint16_t id)
{
    uint32_t len, i;

    if (s->recv_buf) {
        return -EBUSY;
    }
    s->recv_buf = vmbus_get_gpadl(chan, gpadl);
    if (!s->recv_buf) {
        return -ENOENT;
    }
    len = MIN(vmbus_gpadl_len(s->recv_buf), NET_RECV_BUF_MAX);
    s->section_size = s->mtu + ETH_HLEN + NET_RECV_HEADROOM;
    s->section_size = ROUND_UP(s->section_size, 8);
    s->num_sections = len / s->section_size;
    if (s->num_sections < NET_RECV_SECTIONS_MIN) {
        vmbus_put_gpadl(s->recv_buf);
        s->recv_buf = NULL;
        return -EINVAL;
    }
    s->recv_id = id;
    s->sections = g_new0(NetSection, s->num_sections);
    s->free_sections = g_new(uint32_t, s->num_sections);
    /* the first sections are the first to be used */
    for (i = 0; i < s->num_sections; i++) {
        s->free_sections[i] = s->num_sections - 1 - i;
    }
    s->num_free = s->num_sections;
    return 0;
}

void net_recv_buf_drop(VMBusNet *s)
{
    unsigned i;

    for (i = 0; i < VMBUS_DEVICE(s)->num_channels; i++) {
        s->channels[i].batch_len = 0;
    }
    vmbus_put_gpadl(s->recv_buf);
    s->recv_buf = NULL;
    g_free(s->sections);
    g_free(s->free_sections);
    s->sections = NULL;
    s->free_sections = NULL;
    s->num_sections = s->num_free = 0;
}

static void net_sections_free(VMBusNet *s, uint32_t first)
{
    while (first != NET_NO_INDEX) {
        NetSection *section = &s->sections[first];

        section->is_first = false;
        s->free_sections[s->num_free++] = first;
        first = section->next;
    }
}

uint32_t net_section_fill(VMBusNet *s, const struct iovec *iov, unsigned cnt,
                          uint32_t len, uint32_t reserve)
{
    uint32_t idx;

    if (!s->recv_buf || s->num_free <= reserve || len > s->section_size) {
        return NET_NO_INDEX;
    }
    idx = s->free_sections[--s->num_free];
    s->sections[idx] = (NetSection) { .next = NET_NO_INDEX };
    if (vmbus_iov_to_gpadl(s->channels[0].chan, s->recv_buf,
                           idx * s->section_size, iov, cnt) < 0) {
        /* no RAM there: the guest sees what was in the section before */
        net_stat(s, NET_RX_LOST);
    }
    return idx;
}

/* Returns whether the ring had room; else the guest signals when it has. */
bool net_send_sections(NetChannel *nc, vmbus_xferpg_range *ranges,
                       unsigned count, uint32_t first, bool control)
{
    VMBusNet *s = nc->s;
    NetSection *section = &s->sections[first];
    struct {
        vmbus_pkt_xferpg head;
        vmbus_xferpg_range range[NET_MAX_BATCH];
    } desc;
    uint32_t desc_len = sizeof(desc.head) + count * sizeof(*ranges);
    nvsp_msg msg = {
        .type = cpu_to_le32(NVSP_RNDIS),
        .rndis.channel = cpu_to_le32(control ? NVSP_CHANNEL_CONTROL
                                             : NVSP_CHANNEL_DATA),
        .rndis.section = cpu_to_le32(NVSP_NO_SECTION),
    };

    if (vmbus_channel_reserve(nc->chan, desc_len, s->msg_size)) {
        return false;
    }
    desc.head = (vmbus_pkt_xferpg) {
        .buffer_id = cpu_to_le16(s->recv_id),
        .rangecount = cpu_to_le32(count),
    };
    memcpy(desc.range, ranges, count * sizeof(*ranges));
    section->is_first = true;
    section->is_control = control;
    section->channel = vmbus_channel_idx(nc->chan);
    section->serial = ++s->serial;
    vmbus_channel_send(nc->chan, VMBUS_PACKET_DATA_USING_XFER_PAGES,
                       &desc, desc_len, &msg, s->msg_size, true,
                       (uint64_t)section->serial << 32 | first);
    return true;
}

void net_recv_completion(NetChannel *nc, uint64_t id, uint32_t status)
{
    VMBusNet *s = nc->s;
    uint32_t first = id;
    NetSection *section;

    if (first >= s->num_sections) {
        net_stat(s, NET_RX_BAD_COMPLETION);
        return;
    }
    section = &s->sections[first];
    if (!section->is_first || section->serial != id >> 32 ||
        section->channel != vmbus_channel_idx(nc->chan)) {
        net_stat(s, NET_RX_BAD_COMPLETION);
        return;
    }
    if (status != NVSP_STAT_SUCCESS) {
        net_stat(s, NET_RX_REFUSED);
    }
    net_sections_free(s, first);
}

/* The channel is closed: nothing comes back any more. */
void net_recv_close(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    uint32_t i;

    if (nc->batch_len) {
        nc->batch_len = 0;
        net_sections_free(s, nc->batch_first);
    }
    for (i = 0; i < s->num_sections; i++) {
        if (s->sections[i].is_first &&
            s->sections[i].channel == vmbus_channel_idx(nc->chan)) {
            net_sections_free(s, i);
        }
    }
}

/* Frames */

static bool net_batch_send(NetChannel *nc)
{
    VMBusNet *s = nc->s;

    if (!nc->batch_len) {
        return true;
    }
    net_fault_receive(nc);
    if (!net_send_sections(nc, nc->batch, nc->batch_len, nc->batch_first,
                           false)) {
        return false;
    }
    nc->batch_len = 0;
    net_stat(s, NET_RX_MESSAGES);
    return true;
}

void net_rx_flush(VMBusNet *s)
{
    unsigned i;

    for (i = 0; i < VMBUS_DEVICE(s)->num_channels; i++) {
        net_batch_send(&s->channels[i]);
    }
}

void net_rx_bh(void *opaque)
{
    net_rx_flush(opaque);
}

static bool net_filter(VMBusNet *s, const uint8_t *buf)
{
    static const uint8_t broadcast[ETH_ALEN] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff
    };

    if (s->filter & NDIS_FILTER_PROMISCUOUS) {
        return true;
    }
    if (!memcmp(buf, broadcast, ETH_ALEN)) {
        return s->filter & NDIS_FILTER_BROADCAST;
    }
    if (buf[0] & 1) {
        /* what is in a list of addresses is left to the guest */
        return s->filter & (NDIS_FILTER_MULTICAST | NDIS_FILTER_ALL_MULTICAST);
    }
    /*
     * Another driver that comes after one that has changed the address knows
     * only the permanent one.
     */
    return s->filter & NDIS_FILTER_DIRECTED &&
           (!memcmp(buf, s->mac, ETH_ALEN) ||
            !memcmp(buf, s->conf.macaddr.a, ETH_ALEN));
}

static NetChannel *net_rx_channel(VMBusNet *s, uint32_t hash)
{
    if (s->rss && s->rss_table_len) {
        uint32_t idx = s->rss_table[hash % s->rss_table_len];

        if (idx < VMBUS_DEVICE(s)->num_channels && s->channels[idx].open) {
            return &s->channels[idx];
        }
    }
    return &s->channels[0];
}

/*
 * Put in the checksum that the peer has left to us: a guest may pass the frame
 * on.  @moved bytes were taken out before it.
 */
static void net_rx_fill_csum(uint8_t *data, uint32_t len, uint32_t moved,
                             struct virtio_net_hdr *vnet)
{
    uint32_t start = vnet->csum_start;

    if (!(vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)) {
        return;
    }
    if (start < moved + ETH_HLEN || start - moved > len ||
        vnet->csum_offset + 2u > len - (start - moved)) {
        vnet->flags = 0;
        return;
    }
    start -= moved;
    net_fill_partial(data + start, len - start, vnet->csum_offset);
    vnet->flags |= VIRTIO_NET_HDR_F_DATA_VALID;
}

/* What is known of the checksums of a frame. */
static uint32_t net_rx_csum(VMBusNet *s, const uint8_t *data,
                            const NetFrame *f,
                            const struct virtio_net_hdr *vnet)
{
    bool tcp = f->protocol == IP_PROTO_TCP;
    uint32_t info = 0;
    bool good;

    if (!f->l3) {
        return 0;
    }
    if (!f->ipv6 && s->rx_csum[NET_CSUM_IP4]) {
        info |= net_ip_csum_ok(data, f) ? NDIS_RX_IP_SUCCEEDED
                                        : NDIS_RX_IP_FAILED;
    }
    /* a UDP frame may have no sum */
    if (!f->l4 || !s->rx_csum[net_csum_kind(f)] ||
        (!tcp && !lduw_he_p(data + f->l4 + 6))) {
        return info;
    }
    good = vnet->flags & VIRTIO_NET_HDR_F_DATA_VALID || net_l4_csum_ok(data, f);
    net_stat(s, good ? NET_RX_CSUM_GOOD : NET_RX_CSUM_BAD);
    if (good) {
        return info | (tcp ? NDIS_RX_TCP_SUCCEEDED : NDIS_RX_UDP_SUCCEEDED);
    }
    return info | (tcp ? NDIS_RX_TCP_FAILED : NDIS_RX_UDP_FAILED);
}

static void net_rx_info(NetRxHead *h, unsigned *n, uint32_t type,
                        uint32_t value)
{
    h->info[*n].info = (rndis_info) {
        .size = cpu_to_le32(sizeof(h->info[0])),
        .type = cpu_to_le32(type),
        .offset = cpu_to_le32(sizeof(rndis_info)),
    };
    h->info[*n].value = cpu_to_le32(value);
    ++*n;
}

bool net_can_receive(NetClientState *nc)
{
    VMBusNet *s = qemu_get_nic_opaque(nc);

    return !s->rx_blocked;
}

ssize_t net_receive(NetClientState *ncs, const uint8_t *buf, size_t size)
{
    VMBusNet *s = qemu_get_nic_opaque(ncs);
    struct virtio_net_hdr vnet = {};
    const size_t total = size;
    g_autofree uint8_t *copy = NULL;
    unsigned num_info = 0;
    uint32_t csum, hash = 0, idx, head_len, len;
    uint16_t tci = 0;
    bool tagged = false;
    bool hashed;
    NetChannel *nc;
    NetRxHead head = {};
    NetFrame f;
    struct iovec iov[3];

    if (s->vnet) {
        if (size < sizeof(vnet)) {
            net_stat(s, NET_RX_SHORT);
            return total;
        }
        memcpy(&vnet, buf, sizeof(vnet));
        buf += sizeof(vnet);
        size -= sizeof(vnet);
    }
    if (size < ETH_HLEN) {
        net_stat(s, NET_RX_SHORT);
        return total;
    }
    if (!s->recv_buf || !s->initialized || !s->filter ||
        s->presence != NET_OFFERED) {
        net_stat(s, NET_RX_CLOSED);
        return total;
    }
    if (!net_filter(s, buf)) {
        net_stat(s, NET_RX_FILTERED);
        return total;
    }
    len = size;
    if (s->vlan && len >= ETH_HLEN + NET_TAG_LEN &&
        lduw_be_p(buf + 2 * ETH_ALEN) == ETH_P_VLAN) {
        tagged = true;
        tci = lduw_be_p(buf + 2 * ETH_ALEN + 2);
        len -= NET_TAG_LEN;
    }
    if (len - ETH_HLEN > s->mtu + (tagged ? 0 : NET_TAG_LEN)) {
        net_stat(s, NET_RX_TOO_LONG);
        return total;
    }
    /* the sum may have to be put in, and the net layer's data is not ours */
    copy = g_malloc(len);
    memcpy(copy, buf, 2 * ETH_ALEN);
    memcpy(copy + 2 * ETH_ALEN,
           buf + 2 * ETH_ALEN + (tagged ? NET_TAG_LEN : 0), len - 2 * ETH_ALEN);

    net_rx_fill_csum(copy, len, tagged ? NET_TAG_LEN : 0, &vnet);
    net_frame_parse(copy, len, &f);
    hashed = net_rss_hash(s, copy, &f, &hash);
    nc = net_rx_channel(s, hash);
    if (nc->batch_len >= MIN(s->max_batch, NET_MAX_BATCH) &&
        !net_batch_send(nc)) {
        goto wait;
    }
    csum = net_rx_csum(s, copy, &f, &vnet);
    if (csum) {
        net_rx_info(&head, &num_info, NDIS_INFO_CHECKSUM, csum);
    }
    if (tagged) {
        net_stat(s, NET_RX_VLAN);
        net_rx_info(&head, &num_info, NDIS_INFO_8021Q,
                    tci >> 13 | (tci >> 12 & 1) << 3 | (tci & 0xfff) << 4);
    }
    if (hashed) {
        net_stat(s, NET_RX_HASHED);
        net_rx_info(&head, &num_info, NDIS_INFO_HASH, hash);
    }
    head_len = offsetof(NetRxHead, info) + num_info * sizeof(head.info[0]);
    head.head.type = cpu_to_le32(RNDIS_PACKET);
    head.head.len = cpu_to_le32(head_len + len);
    head.packet.data_offset = cpu_to_le32(head_len - sizeof(rndis_head));
    head.packet.data_len = cpu_to_le32(len);
    if (num_info) {
        head.packet.info_offset = cpu_to_le32(sizeof(rndis_packet));
        head.packet.info_len = cpu_to_le32(num_info * sizeof(head.info[0]));
    }
    iov[0] = (struct iovec) { &head, head_len };
    iov[1] = (struct iovec) { copy, len };
    idx = net_section_fill(s, iov, 2, head_len + len, NET_RECV_RESERVE);
    if (idx == NET_NO_INDEX) {
        goto wait;
    }
    if (nc->batch_len) {
        s->sections[nc->batch_last].next = idx;
    } else {
        nc->batch_first = idx;
    }
    nc->batch_last = idx;
    nc->batch[nc->batch_len++] = (vmbus_xferpg_range) {
        .byte_count = cpu_to_le32(head_len + len),
        .byte_offset = cpu_to_le32(idx * s->section_size),
    };
    nc->rx_packets++;
    net_stat(s, NET_RX_PACKETS);
    net_stat_add(s, NET_RX_BYTES, len);
    qemu_bh_schedule(s->rx_bh);
    return total;

wait:
    s->rx_blocked = true;
    net_stat(s, NET_RX_NO_ROOM);
    return 0;
}
