/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: channels, NVSP and the type vmbus-net.
 *
 * The device speaks NVSP and RNDIS and is a NIC of QEMU's net layer, so its
 * other end can be any netdev.
 */

#include "qemu/osdep.h"
#include "qemu/cutils.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "standard-headers/linux/virtio_net.h"
#include "trace.h"
#include "vmbus-net.h"

/*
 * A guest that has been told that the link is down has come to rest when there
 * has been no frame from it for the first time; after the second it is not
 * waited for any more.  Both are in ms.
 */
#define NET_LEAVE_QUIET     500
#define NET_LEAVE_MAX       10000
#define NET_LEAVE_LOOK      50

static const char *const net_stat_names[NET_STATS] = {
    [NET_TX_PACKETS] = "tx-packets",
    [NET_TX_BYTES] = "tx-bytes",
    [NET_TX_MESSAGES] = "tx-messages",
    [NET_TX_SECTION] = "tx-section",
    [NET_TX_PAGES] = "tx-pages",
    [NET_TX_LSO] = "tx-lso",
    [NET_TX_LSO_BYTES] = "tx-lso-bytes",
    [NET_TX_LSO_IPV6] = "tx-lso-ipv6",
    [NET_TX_CSUM] = "tx-csum",
    [NET_TX_VLAN] = "tx-vlan",
    [NET_TX_SEGMENTS] = "tx-segments",
    [NET_TX_LINK_DOWN] = "tx-link-down",
    [NET_TX_BAD] = "tx-bad",
    [NET_TX_TOO_LONG] = "tx-too-long",
    [NET_TX_WAITS] = "tx-waits",
    [NET_RX_PACKETS] = "rx-packets",
    [NET_RX_BYTES] = "rx-bytes",
    [NET_RX_MESSAGES] = "rx-messages",
    [NET_RX_VLAN] = "rx-vlan",
    [NET_RX_CSUM_GOOD] = "rx-csum-good",
    [NET_RX_CSUM_BAD] = "rx-csum-bad",
    [NET_RX_HASHED] = "rx-hashed",
    [NET_RX_FILTERED] = "rx-filtered",
    [NET_RX_CLOSED] = "rx-closed",
    [NET_RX_TOO_LONG] = "rx-too-long",
    [NET_RX_SHORT] = "rx-short",
    [NET_RX_NO_ROOM] = "rx-no-room",
    [NET_RX_REFUSED] = "rx-refused",
    [NET_RX_BAD_COMPLETION] = "rx-bad-completion",
    [NET_RX_LOST] = "rx-lost",
    [NET_CONTROL] = "control",
    [NET_CONTROL_BAD] = "control-bad",
    [NET_FAULTS] = "faults",
};

void net_stat(VMBusNet *s, NetStat stat)
{
    s->stats[stat]++;
}

void net_stat_add(VMBusNet *s, NetStat stat, uint64_t n)
{
    s->stats[stat] += n;
}

static void net_work(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    VMBusChannel *chan = nc->chan;
    NetReq *r;

    /* what the net layer could not take is not to become more */
    while (!s->tx_waiting && s->fault != NET_FAULT_STALL &&
           (r = vmbus_channel_recv_peek(chan, sizeof(*r)))) {
        uint32_t answer_len = s->msg_size;
        nvsp_msg msg = {};

        memcpy(&msg, r->vmreq.msg, MIN(r->vmreq.msglen, sizeof(msg)));
        trace_vmbus_net_message(vmbus_channel_idx(chan), r->vmreq.pkt_type,
                                r->vmreq.transaction_id,
                                le32_to_cpu(msg.type));
        if (r->vmreq.pkt_type == VMBUS_PACKET_COMP) {
            vmbus_channel_recv_pop(chan);
            net_recv_completion(nc, r->vmreq.transaction_id,
                                le32_to_cpu(msg.done.status));
            vmbus_free_req(r);
            continue;
        }
        if (le32_to_cpu(msg.type) == NVSP_SWITCH_DATA_PATH) {
            answer_len = 0;
        }
        /* without room for the answer the message waits */
        if (r->vmreq.need_comp &&
            vmbus_channel_reserve(chan, 0, answer_len)) {
            vmbus_free_req(r);
            break;
        }
        vmbus_channel_recv_pop(chan);
        net_handle(nc, r, &msg);
        if (r->vmreq.need_comp) {
            net_fault_completion(nc, r->vmreq.transaction_id, &msg);
            vmbus_channel_send_completion(&r->vmreq, &msg, answer_len);
        }
        vmbus_free_req(r);
    }
}

/* Let the net layer go on once there is room for more than one frame. */
static void net_unblock(VMBusNet *s)
{
    int i;

    if (!s->rx_blocked ||
        (s->recv_buf && s->num_free <= NET_RECV_RESERVE)) {
        return;
    }
    s->rx_blocked = false;
    for (i = 0; i < MAX(s->conf.peers.queues, 1); i++) {
        qemu_flush_queued_packets(qemu_get_subqueue(s->nic, i));
    }
}

static void net_chan_notify(VMBusChannel *chan)
{
    VMBusNet *s = VMBUS_NET(vmbus_channel_device(chan));
    NetChannel *nc = &s->channels[vmbus_channel_idx(chan)];

    if (!nc->open) {
        return;
    }
    net_control_flush(s);
    net_rx_flush(s);
    net_send_table(s);
    if (!vmbus_channel_recv_start(chan)) {
        net_work(nc);
        vmbus_channel_recv_done(chan);
    }
    /* the guest may have given sections back */
    net_control_flush(s);
    net_unblock(s);
}

/* Channels and the device */

static int net_open_channel(VMBusChannel *chan)
{
    VMBusNet *s = VMBUS_NET(vmbus_channel_device(chan));
    uint32_t idx = vmbus_channel_idx(chan);
    uint32_t i;

    if (!idx) {
        net_nvsp_reset(s);
    } else if (!s->sub_channels_asked || idx > s->sub_channels) {
        return -EINVAL;
    }
    s->channels[idx].open = true;
    s->channels[idx].batch_len = 0;
    for (i = 1; i <= s->sub_channels; i++) {
        if (!s->channels[i].open) {
            return 0;
        }
    }
    if (idx) {
        s->table_due = true;
        vmbus_channel_notify_host(s->channels[0].chan);
    }
    return 0;
}

static void net_close_channel(VMBusChannel *chan)
{
    VMBusNet *s = VMBUS_NET(vmbus_channel_device(chan));
    uint32_t idx = vmbus_channel_idx(chan);
    uint32_t i;

    net_recv_close(&s->channels[idx]);
    s->channels[idx].open = false;
    if (!idx) {
        for (i = 1; i < VMBUS_DEVICE(s)->num_channels; i++) {
            s->channels[i].open = false;
        }
        net_nvsp_reset(s);
        vmbus_device_rescind_subchannels(VMBUS_DEVICE(s));
        net_unblock(s);
    }
}

static uint16_t net_num_channels(VMBusDevice *vdev)
{
    return VMBUS_NET(vdev)->max_channels;
}

static void net_link_status_changed(NetClientState *nc)
{
    VMBusNet *s = qemu_get_nic_opaque(nc);

    if (s->presence == NET_OFFERED && nc == qemu_get_queue(s->nic)) {
        net_indicate(s, nc->link_down ? RNDIS_MEDIA_DISCONNECT
                                      : RNDIS_MEDIA_CONNECT);
    }
}

static NetClientInfo net_info = {
    .type = NET_CLIENT_DRIVER_NIC,
    .size = sizeof(NICState),
    .can_receive = net_can_receive,
    .receive = net_receive,
    .link_status_changed = net_link_status_changed,
};

/* Leaving */

static void net_rescind(VMBusNet *s)
{
    timer_del(s->leave_timer);
    s->presence = NET_GONE;
    vmbus_device_set_offered(VMBUS_DEVICE(s), false);
}

static void net_leave_look(void *opaque)
{
    VMBusNet *s = opaque;
    int64_t now = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);

    if (!s->channels[0].open || now - s->leave_began >= NET_LEAVE_MAX ||
        (s->num_free == s->num_sections && !s->num_control &&
         now - MAX(s->last_tx, s->leave_began) >= NET_LEAVE_QUIET)) {
        net_rescind(s);
        return;
    }
    timer_mod(s->leave_timer, now + NET_LEAVE_LOOK);
}

/*
 * A Linux guest reads nothing from a channel any more once it knows that it is
 * rescinded, and sends nothing; its netvsc then waits without limit for the
 * completion of all it has sent, and until it has completed all it has received
 * (rndis_filter_halt_device() in drivers/net/hyperv/rndis_filter.c).  So the
 * link goes down first, and no frame goes to the guest any more.
 */
static void net_withdraw(VMBusDevice *vdev)
{
    VMBusNet *s = VMBUS_NET(vdev);

    if (s->presence != NET_OFFERED) {
        return;
    }
    if (s->surprise_rescind || !s->initialized) {
        net_rescind(s);
        return;
    }
    net_indicate(s, RNDIS_MEDIA_DISCONNECT);
    s->presence = NET_LEAVING;
    s->leave_began = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
    timer_mod(s->leave_timer, s->leave_began + NET_LEAVE_LOOK);
}

static bool net_get_offered(Object *obj, Error **errp)
{
    return !VMBUS_DEVICE(obj)->withdrawn &&
           VMBUS_NET(obj)->presence == NET_OFFERED;
}

static void net_set_offered(Object *obj, bool offered, Error **errp)
{
    VMBusDevice *vdev = VMBUS_DEVICE(obj);
    VMBusNet *s = VMBUS_NET(obj);

    if (!DEVICE(obj)->realized) {
        vdev->withdrawn = !offered;
        s->presence = offered ? NET_OFFERED : NET_GONE;
        return;
    }
    if (!offered) {
        net_withdraw(vdev);
        return;
    }
    if (s->presence == NET_OFFERED) {
        return;
    }
    if (vdev->unplugging || !vmbus_device_is_gone(vdev)) {
        error_setg(errp, "the guest has not let go of the device yet");
        return;
    }
    s->presence = NET_OFFERED;
    vmbus_device_set_offered(vdev, true);
}

static bool net_get_surprise(Object *obj, Error **errp)
{
    return VMBUS_NET(obj)->surprise_rescind;
}

static void net_set_surprise(Object *obj, bool surprise, Error **errp)
{
    VMBUS_NET(obj)->surprise_rescind = surprise;
}

static char *net_get_send_table(Object *obj, Error **errp)
{
    VMBusNet *s = VMBUS_NET(obj);
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; s->send_table_set && i < NVSP_SEND_TABLE_SIZE; i++) {
        g_string_append_printf(text, "%s%u", i ? ":" : "", s->send_table[i]);
    }
    return g_string_free(text, false);
}

/* Channels with colons between, over and over; nothing: all of them in turn. */
static void net_set_send_table(Object *obj, const char *text, Error **errp)
{
    VMBusNet *s = VMBUS_NET(obj);
    g_auto(GStrv) words = g_strsplit(text, ":", NVSP_SEND_TABLE_SIZE);
    guint num = g_strv_length(words);
    uint32_t table[NVSP_SEND_TABLE_SIZE];
    unsigned i;

    for (i = 0; num && i < NVSP_SEND_TABLE_SIZE; i++) {
        if (qemu_strtoui(words[i % num], NULL, 10, &table[i])) {
            error_setg(errp, "no channel: %s", words[i % num]);
            return;
        }
    }
    s->send_table_set = num;
    memcpy(s->send_table, table, sizeof(table));
    s->table_due = true;
    if (s->channels && s->channels[0].open) {
        vmbus_channel_notify_host(s->channels[0].chan);
    }
}

static void net_get_stats(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    VMBusNet *s = VMBUS_NET(obj);
    unsigned i;

    if (!visit_start_struct(v, name, NULL, 0, errp)) {
        return;
    }
    for (i = 0; i < NET_STATS; i++) {
        if (!visit_type_uint64(v, net_stat_names[i], &s->stats[i], errp)) {
            goto out;
        }
    }
    for (i = 0; s->channels && i < VMBUS_DEVICE(s)->num_channels; i++) {
        g_autofree char *tx = g_strdup_printf("tx-packets-%u", i);
        g_autofree char *rx = g_strdup_printf("rx-packets-%u", i);

        if (!visit_type_uint64(v, tx, &s->channels[i].tx_packets, errp) ||
            !visit_type_uint64(v, rx, &s->channels[i].rx_packets, errp)) {
            goto out;
        }
    }
    visit_check_struct(v, errp);
out:
    visit_end_struct(v, NULL);
}

static void net_realize(VMBusDevice *vdev, Error **errp)
{
    VMBusNet *s = VMBUS_NET(vdev);
    unsigned i;
    int q;

    if (s->max_mtu < 68 || s->max_mtu > 65535 - ETH_HLEN) {
        error_setg(errp, "max-mtu must be from 68 to %d", 65535 - ETH_HLEN);
        return;
    }
    s->channels = g_new0(NetChannel, vdev->num_channels);
    for (i = 0; i < vdev->num_channels; i++) {
        s->channels[i].s = s;
        s->channels[i].chan = vmbus_device_channel(vdev, i);
    }
    QTAILQ_INIT(&s->control);
    s->tx_data = g_malloc(NET_MAX_MESSAGE);
    s->leave_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, net_leave_look, s);
    s->rx_bh = qemu_bh_new_guarded(net_rx_bh, s,
                                   &DEVICE(vdev)->mem_reentrancy_guard);
    qemu_macaddr_default_if_unset(&s->conf.macaddr);
    memcpy(s->mac, s->conf.macaddr.a, ETH_ALEN);
    s->nic = qemu_new_nic(&net_info, &s->conf, object_get_typename(OBJECT(s)),
                          DEVICE(s)->id, &DEVICE(s)->mem_reentrancy_guard, s);
    qemu_format_nic_info_str(qemu_get_queue(s->nic), s->mac);
    s->vnet = true;
    for (q = 0; q < MAX(s->conf.peers.queues, 1); q++) {
        NetClientState *peer = qemu_get_subqueue(s->nic, q)->peer;

        if (!peer || !qemu_has_vnet_hdr(peer)) {
            s->vnet = false;
        }
    }
    for (q = 0; s->vnet && q < MAX(s->conf.peers.queues, 1); q++) {
        NetClientState *peer = qemu_get_subqueue(s->nic, q)->peer;

        qemu_set_vnet_hdr_len(peer, sizeof(struct virtio_net_hdr));
        qemu_set_offload(peer, 0, 0, 0, 0, 0, 0, 0);
    }
    net_nvsp_reset(s);
}

static void net_unrealize(VMBusDevice *vdev)
{
    VMBusNet *s = VMBUS_NET(vdev);

    net_nvsp_reset(s);
    qemu_del_nic(s->nic);
    timer_free(s->leave_timer);
    qemu_bh_delete(s->rx_bh);
    g_free(s->tx_data);
    g_free(s->channels);
    s->channels = NULL;
}

static const VMStateDescription vmstate_net = {
    .name = TYPE_VMBUS_NET,
    .unmigratable = 1,
};

static const Property net_properties[] = {
    DEFINE_NIC_PROPERTIES(VMBusNet, conf),
    DEFINE_PROP_UINT16("max-channels", VMBusNet, max_channels, 16),
    DEFINE_PROP_UINT32("max-version", VMBusNet, max_version, NVSP_VERSION_61),
    DEFINE_PROP_UINT32("max-mtu", VMBusNet, max_mtu, 65521),
    DEFINE_PROP_UINT32("speed", VMBusNet, speed, 10000),
    DEFINE_PROP_UINT16("max-batch", VMBusNet, max_batch, NET_MAX_BATCH),
    DEFINE_PROP_BOOL("csum", VMBusNet, offer_csum, true),
    DEFINE_PROP_BOOL("lso", VMBusNet, offer_lso, true),
    DEFINE_PROP_STRING("friendly-name", VMBusNet, friendly_name),
};

static void net_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    VMBusDeviceClass *vdc = VMBUS_DEVICE_CLASS(klass);

    dc->vmsd = &vmstate_net;
    dc->hotpluggable = true;
    dc->desc = "VMBus synthetic NIC";
    device_class_set_props(dc, net_properties);
    /* these can be set at any time */
    object_class_property_add_bool(klass, "offered", net_get_offered,
                                   net_set_offered);
    object_class_property_add_bool(klass, "surprise-rescind", net_get_surprise,
                                   net_set_surprise);
    object_class_property_add(klass, "stats", "VMBusNetStats", net_get_stats,
                              NULL, NULL, NULL);
    object_class_property_add_str(klass, "send-table", net_get_send_table,
                                  net_set_send_table);
    net_fault_class_init(klass);
    set_bit(DEVICE_CATEGORY_NETWORK, dc->categories);
    qemu_uuid_parse(NVSP_CLASS_NIC, &vdc->classid);
    vdc->channel_flags = VMBUS_CHANNEL_ENUMERATE_DEVICE_INTERFACE;
    vdc->num_channels = net_num_channels;
    vdc->vmdev_realize = net_realize;
    vdc->vmdev_unrealize = net_unrealize;
    vdc->open_channel = net_open_channel;
    vdc->close_channel = net_close_channel;
    vdc->chan_notify_cb = net_chan_notify;
    vdc->withdraw = net_withdraw;
}

static const TypeInfo net_types[] = {
    {
        .name = TYPE_VMBUS_NET,
        .parent = TYPE_VMBUS_DEVICE,
        .instance_size = sizeof(VMBusNet),
        .class_init = net_class_init,
    },
};

DEFINE_TYPES(net_types)
