/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: a host that does wrong, for testing guests. What a fault
 * adds comes before a right packet or completion, so that a guest that takes no
 * notice of it goes on.
 */

#include "qemu/osdep.h"
#include "qapi/util.h"
#include "qom/object.h"
#include "vmbus-net.h"

static const char *const net_fault_names[] = {
    [NET_FAULT_NONE] = "none",
    [NET_FAULT_RNDIS_LONG] = "rndis-long",
    [NET_FAULT_RNDIS_SHORT] = "rndis-short",
    [NET_FAULT_RNDIS_TYPE] = "rndis-type",
    [NET_FAULT_DATA_OFFSET] = "data-offset",
    [NET_FAULT_DATA_LENGTH] = "data-length",
    [NET_FAULT_RUNT] = "runt",
    [NET_FAULT_INFO_OFFSET] = "info-offset",
    [NET_FAULT_INFO_LENGTH] = "info-length",
    [NET_FAULT_INFO_SIZE] = "info-size",
    [NET_FAULT_INFO_ZERO] = "info-zero",
    [NET_FAULT_OVERSIZE] = "oversize",
    [NET_FAULT_RANGE_OUTSIDE] = "range-outside",
    [NET_FAULT_RANGE_WRAP] = "range-wrap",
    [NET_FAULT_RANGE_SHORT] = "range-short",
    [NET_FAULT_RANGE_COUNT] = "range-count",
    [NET_FAULT_BUFFER_ID] = "buffer-id",
    [NET_FAULT_NVSP_TYPE] = "nvsp-type",
    [NET_FAULT_NVSP_SHORT] = "nvsp-short",
    [NET_FAULT_PACKET_TYPE] = "packet-type",
    [NET_FAULT_ANSWER] = "answer",
    [NET_FAULT_INDICATE] = "indicate",
    [NET_FAULT_SEND_TABLE] = "send-table",
    [NET_FAULT_VF] = "vf",
    [NET_FAULT_UNKNOWN_ID] = "unknown-id",
    [NET_FAULT_TWICE] = "twice",
    [NET_FAULT_SHORT] = "short",
    [NET_FAULT_STATUS] = "status",
    [NET_FAULT_STALL] = "stall",
    [NET_FAULT_SUB_CHANNELS] = "sub-channels",
};

static const QEnumLookup net_fault_lookup = {
    .array = net_fault_names,
    .size = ARRAY_SIZE(net_fault_names),
};

/* No transaction has it. */
#define FAULT_ID    0xfa17fa17ffffffffull

typedef struct NetFaultPacket {
    rndis_head head;
    rndis_packet packet;
    rndis_info info;
    uint32_t info_value;
    uint8_t frame[ETH_ZLEN];
} QEMU_PACKED NetFaultPacket;

static void net_fault_packet(VMBusNet *s, NetFaultPacket *p)
{
    *p = (NetFaultPacket) {
        .head.type = cpu_to_le32(RNDIS_PACKET),
        .head.len = cpu_to_le32(sizeof(*p)),
        .packet = {
            .data_offset = cpu_to_le32(offsetof(NetFaultPacket, frame) -
                                       sizeof(p->head)),
            .data_len = cpu_to_le32(sizeof(p->frame)),
            .info_offset = cpu_to_le32(sizeof(p->packet)),
            .info_len = cpu_to_le32(sizeof(p->info) + sizeof(p->info_value)),
        },
        .info = {
            .size = cpu_to_le32(sizeof(p->info) + sizeof(p->info_value)),
            .type = cpu_to_le32(NDIS_INFO_CHECKSUM),
            .offset = cpu_to_le32(sizeof(p->info)),
        },
    };
    memcpy(p->frame, s->mac, ETH_ALEN);
    memcpy(p->frame + ETH_ALEN, "\x02xhv\xfa\x17", ETH_ALEN);
    /* IEEE's first type for local experiments: nobody listens */
    stw_be_p(p->frame + 2 * ETH_ALEN, 0x88b5);
}

/* A message that is put into a section; @len is what the range says. */
static void net_fault_message(NetChannel *nc, const void *data, uint32_t size,
                              uint32_t len)
{
    VMBusNet *s = nc->s;
    struct iovec iov = { (void *)data, size };
    vmbus_xferpg_range range = { .byte_count = cpu_to_le32(len) };
    uint32_t idx = net_section_fill(s, &iov, 1, size, NET_RECV_RESERVE);

    if (idx == NET_NO_INDEX) {
        return;
    }
    range.byte_offset = cpu_to_le32(idx * s->section_size);
    if (!net_send_sections(nc, &range, 1, idx, false)) {
        s->free_sections[s->num_free++] = idx;
    }
}

static void net_fault_send(NetChannel *nc, uint16_t type, const void *desc,
                           uint32_t desc_len, const void *msg, uint32_t len)
{
    if (!vmbus_channel_reserve(nc->chan, desc_len, len)) {
        vmbus_channel_send(nc->chan, type, (void *)desc, desc_len, (void *)msg,
                           len, type != VMBUS_PACKET_COMP, FAULT_ID);
    }
}

/* A packet with one range, of the first section. */
static void net_fault_range(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    struct {
        vmbus_pkt_xferpg head;
        vmbus_xferpg_range range;
    } desc = {
        .head.buffer_id = cpu_to_le16(s->recv_id),
        .head.rangecount = cpu_to_le32(1),
        .range.byte_count = cpu_to_le32(sizeof(NetFaultPacket)),
    };
    nvsp_msg msg = {
        .type = cpu_to_le32(NVSP_RNDIS),
        .rndis.section = cpu_to_le32(NVSP_NO_SECTION),
    };
    uint16_t type = VMBUS_PACKET_DATA_USING_XFER_PAGES;
    uint32_t desc_len = sizeof(desc), len = s->msg_size;

    switch (s->fault) {
    case NET_FAULT_RANGE_OUTSIDE:
        desc.range.byte_offset = cpu_to_le32(vmbus_gpadl_len(s->recv_buf));
        break;
    case NET_FAULT_RANGE_WRAP:
        desc.range.byte_offset = cpu_to_le32(0xfffff000);
        desc.range.byte_count = cpu_to_le32(0x2000);
        break;
    case NET_FAULT_RANGE_SHORT:
        desc.range.byte_count = cpu_to_le32(4);
        break;
    case NET_FAULT_RANGE_COUNT:
        desc.head.rangecount = cpu_to_le32(0x20000001);
        break;
    case NET_FAULT_BUFFER_ID:
        desc.head.buffer_id = cpu_to_le16(s->recv_id ^ 0x5555);
        break;
    case NET_FAULT_NVSP_TYPE:
        msg.type = cpu_to_le32(199);
        break;
    case NET_FAULT_NVSP_SHORT:
        len = 0;
        break;
    case NET_FAULT_PACKET_TYPE:
        type = VMBUS_PACKET_ADDITIONAL_DATA;
        break;
    }
    net_fault_send(nc, type, &desc, desc_len, &msg, len);
}

static void net_fault_oversize(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    NetFaultPacket p;
    /* it says so, and behind the section are others that are in the area */
    uint32_t len = MIN(s->section_size * 8, vmbus_gpadl_len(s->recv_buf));

    net_fault_packet(s, &p);
    p.head.len = cpu_to_le32(len);
    p.packet.data_len = cpu_to_le32(len - offsetof(NetFaultPacket, frame));
    net_fault_message(nc, &p, sizeof(p), len);
}

static void net_fault_inband(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    nvsp_msg msg = {};

    switch (s->fault) {
    case NET_FAULT_SEND_TABLE:
        msg.type = cpu_to_le32(NVSP_SEND_TABLE);
        msg.send_table.count = cpu_to_le32(NVSP_SEND_TABLE_SIZE);
        msg.send_table.offset = cpu_to_le32(0xfffffff0);
        break;
    case NET_FAULT_VF:
        /* allocated, with a serial number */
        msg.type = cpu_to_le32(NVSP_VF_ASSOCIATION);
        msg.send_table.count = cpu_to_le32(1);
        msg.send_table.offset = cpu_to_le32(1);
        break;
    }
    net_fault_send(nc, VMBUS_PACKET_DATA_INBAND, NULL, 0, &msg, s->msg_size);
}

void net_fault_receive(NetChannel *nc)
{
    VMBusNet *s = nc->s;
    rndis_query_done answer = { .id = cpu_to_le32(0xfa17) };
    rndis_indicate indicate = {
        .status = cpu_to_le32(RNDIS_LINK_SPEED_CHANGE),
        .len = cpu_to_le32(4),
        .offset = cpu_to_le32(0xffffffe0),
    };
    NetFaultPacket p;
    uint32_t len = sizeof(p);

    if (s->fault == NET_FAULT_NONE || s->fault >= NET_FAULT_UNKNOWN_ID) {
        return;
    }
    net_stat(s, NET_FAULTS);
    net_fault_packet(s, &p);
    switch (s->fault) {
    case NET_FAULT_RNDIS_LONG:
        p.head.len = cpu_to_le32(sizeof(p) + 1);
        break;
    case NET_FAULT_RNDIS_SHORT:
        p.head.len = cpu_to_le32(4);
        break;
    case NET_FAULT_RNDIS_TYPE:
        p.head.type = cpu_to_le32(0x7f);
        break;
    case NET_FAULT_DATA_OFFSET:
        p.packet.data_offset = cpu_to_le32(0xfffffff8);
        break;
    case NET_FAULT_DATA_LENGTH:
        p.packet.data_len = cpu_to_le32(0x80000000);
        break;
    case NET_FAULT_RUNT:
        p.packet.data_len = cpu_to_le32(ETH_HLEN - 1);
        break;
    case NET_FAULT_INFO_OFFSET:
        p.packet.info_offset = cpu_to_le32(0xfffffff8);
        break;
    case NET_FAULT_INFO_LENGTH:
        p.packet.info_len = cpu_to_le32(0x7ffffff0);
        break;
    case NET_FAULT_INFO_SIZE:
        p.info.size = cpu_to_le32(0x7ffffff0);
        break;
    case NET_FAULT_INFO_ZERO:
        p.info.size = 0;
        p.info.type = cpu_to_le32(99);
        break;
    case NET_FAULT_OVERSIZE:
        net_fault_oversize(nc);
        return;
    case NET_FAULT_ANSWER:
        p.head.type = cpu_to_le32(RNDIS_QUERY | RNDIS_COMPLETE);
        memcpy(&p.packet, &answer, sizeof(answer));
        break;
    case NET_FAULT_INDICATE:
        p.head.type = cpu_to_le32(RNDIS_INDICATE);
        memcpy(&p.packet, &indicate, sizeof(indicate));
        break;
    case NET_FAULT_SEND_TABLE:
    case NET_FAULT_VF:
        net_fault_inband(nc);
        return;
    default:
        net_fault_range(nc);
        return;
    }
    net_fault_message(nc, &p, sizeof(p), len);
}

void net_fault_completion(NetChannel *nc, uint64_t id, nvsp_msg *msg)
{
    VMBusNet *s = nc->s;
    uint32_t len = s->msg_size;

    if (s->fault < NET_FAULT_UNKNOWN_ID ||
        le32_to_cpu(msg->type) != NVSP_RNDIS_DONE) {
        return;
    }
    net_stat(s, NET_FAULTS);
    switch (s->fault) {
    case NET_FAULT_STATUS:
        msg->done.status = cpu_to_le32(NVSP_STAT_FAIL);
        return;
    case NET_FAULT_UNKNOWN_ID:
        id = FAULT_ID;
        break;
    case NET_FAULT_SHORT:
        len = 4;
        break;
    }
    if (!vmbus_channel_reserve(nc->chan, 0, len)) {
        vmbus_channel_send(nc->chan, VMBUS_PACKET_COMP, NULL, 0, msg, len,
                           false, id);
    }
}

static int net_fault_get(Object *obj, Error **errp)
{
    return VMBUS_NET(obj)->fault;
}

static void net_fault_set(Object *obj, int fault, Error **errp)
{
    VMBusNet *s = VMBUS_NET(obj);
    unsigned i;

    s->fault = fault;
    if (fault == NET_FAULT_SUB_CHANNELS) {
        /* the guest gets no others until it opens the NIC anew */
        s->fault = NET_FAULT_NONE;
        net_stat(s, NET_FAULTS);
        vmbus_device_rescind_subchannels(VMBUS_DEVICE(s));
        return;
    }
    for (i = 0; s->channels && i < VMBUS_DEVICE(s)->num_channels; i++) {
        /* what has been held back */
        if (s->channels[i].open) {
            vmbus_channel_notify_host(s->channels[i].chan);
        }
    }
}

void net_fault_class_init(ObjectClass *klass)
{
    object_class_property_add_enum(klass, "fault", "VMBusNetFault",
                                   &net_fault_lookup, net_fault_get,
                                   net_fault_set);
}
