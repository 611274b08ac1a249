/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: RNDIS requests and indications.
 *
 * Answers go through sections of the receive buffer, as frames do, and wait
 * when there is none.
 */

#include "qemu/osdep.h"
#include "trace.h"
#include "vmbus-net.h"

/* Answers */

void net_control_flush(VMBusNet *s)
{
    NetControl *c;

    while ((c = QTAILQ_FIRST(&s->control))) {
        struct iovec iov = { c->data, c->len };
        vmbus_xferpg_range range = { .byte_count = cpu_to_le32(c->len) };
        uint32_t idx = net_section_fill(s, &iov, 1, c->len, 0);

        if (idx == NET_NO_INDEX) {
            return;
        }
        range.byte_offset = cpu_to_le32(idx * s->section_size);
        if (!net_send_sections(&s->channels[0], &range, 1, idx, true)) {
            s->free_sections[s->num_free++] = idx;
            return;
        }
        QTAILQ_REMOVE(&s->control, c, link);
        s->num_control--;
        g_free(c);
    }
}

void net_control_drop(VMBusNet *s)
{
    NetControl *c;

    while ((c = QTAILQ_FIRST(&s->control))) {
        QTAILQ_REMOVE(&s->control, c, link);
        g_free(c);
    }
    s->num_control = 0;
}

static void net_control_send(VMBusNet *s, uint32_t type,
                             const void *body, uint32_t len,
                             const void *data, uint32_t data_len)
{
    rndis_head head = {
        .type = cpu_to_le32(type),
        .len = cpu_to_le32(sizeof(head) + len + data_len),
    };
    NetControl *c;

    if (s->num_control >= NET_MAX_CONTROL) {
        /* no guest has so many requests under way */
        net_stat(s, NET_CONTROL_BAD);
        return;
    }
    c = g_malloc(sizeof(*c) + sizeof(head) + len + data_len);
    c->len = sizeof(head) + len + data_len;
    memcpy(c->data, &head, sizeof(head));
    memcpy(c->data + sizeof(head), body, len);
    if (data_len) {
        memcpy(c->data + sizeof(head) + len, data, data_len);
    }
    QTAILQ_INSERT_TAIL(&s->control, c, link);
    s->num_control++;
    net_control_flush(s);
}

void net_indicate(VMBusNet *s, uint32_t status)
{
    rndis_indicate body = { .status = cpu_to_le32(status) };

    if (s->initialized) {
        net_control_send(s, RNDIS_INDICATE, &body, sizeof(body), NULL, 0);
    }
}

void net_indicate_speed(VMBusNet *s)
{
    uint32_t speed = cpu_to_le32(net_speed(s));
    rndis_indicate body = {
        .status = cpu_to_le32(RNDIS_LINK_SPEED_CHANGE),
        .len = cpu_to_le32(sizeof(speed)),
        .offset = cpu_to_le32(sizeof(body)),
    };

    if (s->initialized) {
        net_control_send(s, RNDIS_INDICATE, &body, sizeof(body),
                         &speed, sizeof(speed));
    }
}

/* What a guest sets for the time from INIT on. */
void net_rndis_reset(VMBusNet *s)
{
    s->initialized = false;
    s->filter = 0;
    memset(s->tx_csum, 0, sizeof(s->tx_csum));
    memset(s->rx_csum, 0, sizeof(s->rx_csum));
    s->lso4 = s->lso6 = s->rss = false;
    s->rss_table_len = 0;
    net_control_drop(s);
}

static void net_answer_init(VMBusNet *s, const rndis_request *r)
{
    rndis_init_done done = {
        .id = r->id,
        .status = cpu_to_le32(RNDIS_SUCCESS),
        .major = cpu_to_le32(1),
        .device_flags = cpu_to_le32(1),     /* connectionless */
        .max_packets = cpu_to_le32(NET_MAX_PACKETS),
        .max_transfer = cpu_to_le32(NET_LSO_MAX),
        .alignment = cpu_to_le32(NET_ALIGN_SHIFT),
    };

    if (le32_to_cpu(r->init.major) != 1) {
        done.status = cpu_to_le32(RNDIS_FAILURE);
    } else {
        net_rndis_reset(s);
        s->initialized = true;
    }
    net_control_send(s, RNDIS_INIT | RNDIS_COMPLETE, &done, sizeof(done),
                     NULL, 0);
}

static void net_answer_query(VMBusNet *s, const rndis_request *r,
                             const uint8_t *in, uint32_t in_len)
{
    uint8_t out[NET_OID_MAX] = {};
    uint32_t len = net_oid_query(s, le32_to_cpu(r->oid.oid), in, in_len, out);
    rndis_query_done done = {
        .id = r->id,
        .status = cpu_to_le32(len ? RNDIS_SUCCESS : RNDIS_NOT_SUPPORTED),
        .len = cpu_to_le32(len),
        .offset = cpu_to_le32(len ? sizeof(done) : 0),
    };

    net_control_send(s, RNDIS_QUERY | RNDIS_COMPLETE, &done, sizeof(done),
                     out, len);
}

void net_rndis_request(VMBusNet *s, const uint8_t *data, uint32_t len)
{
    rndis_reset_done reset = { .status = cpu_to_le32(RNDIS_SUCCESS) };
    rndis_request r = {};
    rndis_head head;
    rndis_done done;
    uint32_t type, offset, oid_len;

    if (len < sizeof(head)) {
        goto bad;
    }
    memcpy(&head, data, sizeof(head));
    type = le32_to_cpu(head.type);
    if (le32_to_cpu(head.len) < sizeof(head) || le32_to_cpu(head.len) > len) {
        goto bad;
    }
    data += sizeof(head);
    len = le32_to_cpu(head.len) - sizeof(head);
    if (len < sizeof(r.id)) {
        goto bad;
    }
    memcpy(&r, data, MIN(len, sizeof(r)));
    done = (rndis_done) { .id = r.id, .status = cpu_to_le32(RNDIS_SUCCESS) };
    net_stat(s, NET_CONTROL);
    trace_vmbus_net_rndis(type, le32_to_cpu(r.id), le32_to_cpu(r.oid.oid));

    switch (type) {
    case RNDIS_INIT:
        if (len < sizeof(r.id) + sizeof(r.init)) {
            goto bad;
        }
        net_answer_init(s, &r);
        return;
    case RNDIS_HALT:
        net_rndis_reset(s);
        return;
    case RNDIS_RESET:
        net_control_drop(s);
        s->filter = 0;
        reset.addressing_reset = cpu_to_le32(1);
        net_control_send(s, RNDIS_RESET | RNDIS_COMPLETE, &reset,
                         sizeof(reset), NULL, 0);
        return;
    case RNDIS_KEEPALIVE:
        net_control_send(s, RNDIS_KEEPALIVE | RNDIS_COMPLETE, &done,
                         sizeof(done), NULL, 0);
        return;
    case RNDIS_QUERY:
    case RNDIS_SET:
        break;
    default:
        goto bad;
    }
    if (!s->initialized || len < sizeof(r)) {
        goto bad;
    }
    offset = le32_to_cpu(r.oid.offset);
    oid_len = le32_to_cpu(r.oid.len);
    if (oid_len && (offset < sizeof(r) || offset > len ||
                    oid_len > len - offset)) {
        done.status = cpu_to_le32(RNDIS_INVALID_DATA);
    } else if (type == RNDIS_QUERY) {
        net_answer_query(s, &r, data + offset, oid_len);
        return;
    } else {
        done.status = cpu_to_le32(net_oid_set(s, le32_to_cpu(r.oid.oid),
                                              data + offset, oid_len));
    }
    if (done.status) {
        net_stat(s, NET_CONTROL_BAD);
    }
    if (type == RNDIS_QUERY) {
        rndis_query_done failed = { .id = done.id, .status = done.status };

        net_control_send(s, RNDIS_QUERY | RNDIS_COMPLETE, &failed,
                         sizeof(failed), NULL, 0);
        return;
    }
    net_control_send(s, RNDIS_SET | RNDIS_COMPLETE, &done, sizeof(done),
                     NULL, 0);
    return;
bad:
    net_stat(s, NET_CONTROL_BAD);
}
