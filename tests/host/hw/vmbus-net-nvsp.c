/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: NVSP, the protocol of its channels.
 */

#include "qemu/osdep.h"
#include "qemu/timer.h"
#include "system/dma.h"
#include "vmbus-net.h"

/* Pages that an LSO frame may have, many times over. */
#define NET_MAX_RANGES      512

static uint32_t net_init_version(VMBusNet *s, const nvsp_msg *msg)
{
    static const uint32_t versions[] = {
        NVSP_VERSION_61, NVSP_VERSION_6, NVSP_VERSION_5, NVSP_VERSION_4,
        NVSP_VERSION_2, NVSP_VERSION_1,
    };
    uint32_t min = le32_to_cpu(msg->init.min);
    uint32_t max = MIN(le32_to_cpu(msg->init.max), s->max_version);
    unsigned i;

    for (i = 0; i < ARRAY_SIZE(versions); i++) {
        if (versions[i] >= min && versions[i] <= max) {
            return versions[i];
        }
    }
    return 0;
}

static void net_init(VMBusNet *s, nvsp_msg *msg)
{
    uint32_t version = s->version ? 0 : net_init_version(s, msg);

    msg->type = cpu_to_le32(NVSP_INIT_DONE);
    msg->init_done.version = cpu_to_le32(version);
    msg->init_done.max_mdl_chain = cpu_to_le32(NET_MAX_RANGES);
    msg->init_done.status = cpu_to_le32(version ? NVSP_STAT_SUCCESS
                                                : NVSP_STAT_UNSUPPORTED);
    if (version) {
        s->version = version;
        if (version >= NVSP_VERSION_61) {
            s->msg_size = NVSP_MSG_SIZE_61;
        }
    }
}

static void net_ndis_config(VMBusNet *s, const nvsp_msg *msg)
{
    uint32_t mtu = le32_to_cpu(msg->ndis_config.mtu);

    /* the size of sections follows from it */
    if (s->version < NVSP_VERSION_2 || s->recv_buf || mtu <= ETH_HLEN) {
        net_stat(s, NET_CONTROL_BAD);
        return;
    }
    s->mtu = MIN(mtu - ETH_HLEN, s->max_mtu);
    s->vlan = le64_to_cpu(msg->ndis_config.capabilities) & NVSP_CAP_IEEE8021Q;
}

static void net_recv_buf(VMBusNet *s, VMBusChannel *chan, nvsp_msg *msg)
{
    int ret = -EINVAL;

    if (s->version) {
        ret = net_recv_buf_set(s, chan, le32_to_cpu(msg->buf.gpadl),
                               le16_to_cpu(msg->buf.id));
    }
    memset(msg, 0, sizeof(*msg));
    msg->type = cpu_to_le32(NVSP_RECV_BUF_DONE);
    if (ret) {
        msg->recv_done.status = cpu_to_le32(NVSP_STAT_FAIL);
        return;
    }
    msg->recv_done.status = cpu_to_le32(NVSP_STAT_SUCCESS);
    msg->recv_done.num_sections = cpu_to_le32(1);
    msg->recv_done.size = cpu_to_le32(s->section_size);
    msg->recv_done.count = cpu_to_le32(s->num_sections);
    msg->recv_done.end = cpu_to_le32(s->section_size * s->num_sections);
}

static void net_send_buf_drop(VMBusNet *s)
{
    vmbus_put_gpadl(s->send_buf);
    s->send_buf = NULL;
    s->send_buf_len = 0;
}

static void net_send_buf(VMBusNet *s, VMBusChannel *chan, nvsp_msg *msg)
{
    uint16_t id = le16_to_cpu(msg->buf.id);
    VMBusGpadl *gpadl = NULL;

    if (s->version && !s->send_buf) {
        gpadl = vmbus_get_gpadl(chan, le32_to_cpu(msg->buf.gpadl));
    }
    memset(msg, 0, sizeof(*msg));
    msg->type = cpu_to_le32(NVSP_SEND_BUF_DONE);
    if (!gpadl) {
        msg->send_done.status = cpu_to_le32(NVSP_STAT_FAIL);
        return;
    }
    s->send_buf = gpadl;
    s->send_buf_len = vmbus_gpadl_len(gpadl);
    s->send_id = id;
    msg->send_done.status = cpu_to_le32(NVSP_STAT_SUCCESS);
    msg->send_done.section_size = cpu_to_le32(NET_SEND_SECTION);
}

static void net_sub_channel(VMBusNet *s, nvsp_msg *msg)
{
    uint32_t op = le32_to_cpu(msg->sub_channel.op);
    uint32_t count = MIN(le32_to_cpu(msg->sub_channel.count),
                         VMBUS_DEVICE(s)->num_channels - 1);

    msg->type = cpu_to_le32(NVSP_SUB_CHANNEL);
    msg->sub_channel_done.status = cpu_to_le32(NVSP_STAT_FAIL);
    msg->sub_channel_done.count = 0;
    if (s->version < NVSP_VERSION_5 || !s->recv_buf ||
        op != NVSP_SUB_CHANNEL_ALLOCATE || s->sub_channels_asked) {
        return;
    }
    s->sub_channels_asked = true;
    s->sub_channels = count;
    msg->sub_channel_done.status = cpu_to_le32(NVSP_STAT_SUCCESS);
    msg->sub_channel_done.count = cpu_to_le32(count);
    vmbus_device_offer_subchannels(VMBUS_DEVICE(s), count);
}

/*
 * The table says which channel to send what on.  It is for channels that are
 * open, so it comes when the last one has been opened.
 */
void net_send_table(VMBusNet *s)
{
    struct {
        nvsp_msg msg;
        uint32_t table[NVSP_SEND_TABLE_SIZE];
    } QEMU_PACKED m = {};
    const uint32_t offset = sizeof(m.msg);
    unsigned i;

    if (!s->table_due || !s->recv_buf || s->version < NVSP_VERSION_5 ||
        vmbus_channel_reserve(s->channels[0].chan, 0, sizeof(m))) {
        return;
    }
    s->table_due = false;
    m.msg.type = cpu_to_le32(NVSP_SEND_TABLE);
    m.msg.send_table.count = cpu_to_le32(NVSP_SEND_TABLE_SIZE);
    m.msg.send_table.offset = cpu_to_le32(offset);
    for (i = 0; i < NVSP_SEND_TABLE_SIZE; i++) {
        m.table[i] = cpu_to_le32(s->send_table_set ? s->send_table[i]
                                                   : i % (s->sub_channels + 1));
    }
    vmbus_channel_send(s->channels[0].chan, VMBUS_PACKET_DATA_INBAND, NULL, 0,
                       &m, sizeof(m), false, 0);
}

/* Copy what a message brings; returns its length, or -errno. */
static ssize_t net_gather(NetChannel *nc, NetReq *r, const nvsp_msg *msg)
{
    VMBusNet *s = nc->s;
    QEMUSGList *sgl = &r->vmreq.sgl;
    uint32_t section = le32_to_cpu(msg->rndis.section);
    uint32_t size = le32_to_cpu(msg->rndis.section_size);
    uint32_t len = 0;
    int i;

    if (section != NVSP_NO_SECTION) {
        if (section >= s->send_buf_len / NET_SEND_SECTION ||
            size > NET_SEND_SECTION) {
            return -EINVAL;
        }
        if (vmbus_gpadl_read(nc->chan, s->send_buf, section * NET_SEND_SECTION,
                             s->tx_data, size) < 0) {
            return -EFAULT;
        }
        len = size;
    }
    for (i = 0; i < sgl->nsg; i++) {
        if (sgl->sg[i].len > NET_MAX_MESSAGE - len) {
            return -EMSGSIZE;
        }
        if (dma_memory_read(sgl->as, sgl->sg[i].base, s->tx_data + len,
                            sgl->sg[i].len, MEMTXATTRS_UNSPECIFIED)) {
            return -EFAULT;
        }
        len += sgl->sg[i].len;
    }
    return len;
}

static uint32_t net_rndis(NetChannel *nc, NetReq *r, const nvsp_msg *msg)
{
    VMBusNet *s = nc->s;
    ssize_t len = -EINVAL;

    if (s->recv_buf) {
        len = net_gather(nc, r, msg);
    }
    if (len < 0) {
        net_stat(s, NET_TX_BAD);
        return NVSP_STAT_INVALID_RNDIS;
    }
    switch (le32_to_cpu(msg->rndis.channel)) {
    case NVSP_CHANNEL_DATA:
        if (!s->initialized) {
            break;
        }
        net_stat(s, NET_TX_MESSAGES);
        if (le32_to_cpu(msg->rndis.section) != NVSP_NO_SECTION) {
            net_stat(s, NET_TX_SECTION);
        }
        if (r->vmreq.sgl.nsg) {
            net_stat(s, NET_TX_PAGES);
        }
        s->last_tx = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
        return net_transmit(nc, s->tx_data, len);
    case NVSP_CHANNEL_CONTROL:
        net_rndis_request(s, s->tx_data, len);
        return NVSP_STAT_SUCCESS;
    }
    net_stat(s, NET_TX_BAD);
    return NVSP_STAT_FAIL;
}

/* Handle a message; what is then in @msg is the completion. */
void net_handle(NetChannel *nc, NetReq *r, nvsp_msg *msg)
{
    VMBusNet *s = nc->s;
    uint32_t type = le32_to_cpu(msg->type);
    bool primary = !vmbus_channel_idx(nc->chan);
    uint32_t status = NVSP_STAT_FAIL;

    if (type == NVSP_RNDIS) {
        status = net_rndis(nc, r, msg);
        memset(msg, 0, sizeof(*msg));
        msg->type = cpu_to_le32(NVSP_RNDIS_DONE);
        msg->done.status = cpu_to_le32(status);
        return;
    }
    switch (primary ? type : 0) {
    case NVSP_INIT:
        net_init(s, msg);
        return;
    case NVSP_NDIS_VERSION:
    case NVSP_SWITCH_DATA_PATH:
        /* there is no other path: the synthetic one is always in use */
        return;
    case NVSP_NDIS_CONFIG:
        net_ndis_config(s, msg);
        return;
    case NVSP_RECV_BUF:
        net_recv_buf(s, nc->chan, msg);
        return;
    case NVSP_REVOKE_RECV_BUF:
        net_rndis_reset(s);
        net_recv_buf_drop(s);
        return;
    case NVSP_SEND_BUF:
        net_send_buf(s, nc->chan, msg);
        return;
    case NVSP_REVOKE_SEND_BUF:
        net_send_buf_drop(s);
        return;
    case NVSP_SUB_CHANNEL:
        net_sub_channel(s, msg);
        return;
    }
    net_stat(s, NET_CONTROL_BAD);
    memset(msg, 0, sizeof(*msg));
    msg->done.status = cpu_to_le32(status);
}

void net_nvsp_reset(VMBusNet *s)
{
    s->version = 0;
    s->msg_size = NVSP_MSG_SIZE;
    s->mtu = MIN(ETH_MTU, s->max_mtu);
    s->vlan = false;
    s->sub_channels_asked = false;
    s->sub_channels = 0;
    s->table_due = false;
    net_rndis_reset(s);
    net_recv_buf_drop(s);
    net_send_buf_drop(s);
}
