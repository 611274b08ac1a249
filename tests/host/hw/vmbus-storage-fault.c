/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic storage: a host that does wrong, for testing guests. What a
 * fault adds comes before the right answer to an SRB, so that a guest that
 * takes no notice of it goes on.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qapi/util.h"
#include "qom/object.h"
#include "vmbus-storage.h"

static const char *const stor_fault_names[] = {
    [STOR_FAULT_NONE] = "none",
    [STOR_FAULT_STALL] = "stall",
    [STOR_FAULT_TWICE] = "twice",
    [STOR_FAULT_UNKNOWN_ID] = "unknown-id",
    [STOR_FAULT_SHORT] = "short",
    [STOR_FAULT_OVERLONG] = "overlong",
    [STOR_FAULT_OPERATION] = "operation",
};

static const QEnumLookup stor_fault_lookup = {
    .array = stor_fault_names,
    .size = ARRAY_SIZE(stor_fault_names),
};

/* Send a packet that nobody waits for, if there is room for it. */
static void stor_fault_send(StorReq *r, const vstor_packet *pkt, uint32_t len,
                            uint64_t id)
{
    VMBusChannel *chan = r->sc->chan;

    if (!vmbus_channel_reserve(chan, 0, len)) {
        vmbus_channel_send(chan, VMBUS_PACKET_COMP, NULL, 0, (void *)pkt, len,
                           false, id);
    }
}

bool stor_fault(StorReq *r)
{
    VMBusStorage *s = r->sc->s;
    uint64_t id = r->vmreq.transaction_id;
    vstor_packet pkt = r->pkt;

    if (s->fault == STOR_FAULT_STALL) {
        return false;
    }
    if (s->fault == STOR_FAULT_NONE || r->fault_done) {
        return true;
    }
    r->fault_done = true;
    switch (s->fault) {
    case STOR_FAULT_TWICE:
        stor_fault_send(r, &pkt, r->answer_len, id);
        break;
    case STOR_FAULT_UNKNOWN_ID:
        /* neither a tag of Linux's block layer nor one of its fixed ids */
        stor_fault_send(r, &pkt, r->answer_len, id | 0x7fff0000);
        break;
    case STOR_FAULT_SHORT:
        stor_fault_send(r, &pkt, 8, id);
        break;
    case STOR_FAULT_OPERATION:
        pkt.operation = cpu_to_le32(0x7f);
        stor_fault_send(r, &pkt, r->answer_len, id);
        break;
    case STOR_FAULT_OVERLONG:
        /* in the right answer: more than was asked for, in data and sense */
        r->pkt.srb.data_length = cpu_to_le32(UINT32_MAX);
        r->pkt.srb.sense_length = UINT8_MAX;
        break;
    }
    return true;
}

static int stor_fault_get(Object *obj, Error **errp)
{
    return VMBUS_STORAGE(obj)->fault;
}

static void stor_fault_set(Object *obj, int fault, Error **errp)
{
    VMBusStorage *s = VMBUS_STORAGE(obj);
    unsigned i;

    s->fault = fault;
    for (i = 0; s->channels && i < VMBUS_DEVICE(s)->num_channels; i++) {
        /* the worker sends what has been held back */
        if (!QTAILQ_EMPTY(&s->channels[i].answers)) {
            vmbus_channel_notify_host(s->channels[i].chan);
        }
    }
}

void stor_fault_class_init(ObjectClass *klass)
{
    object_class_property_add_enum(klass, "fault", "VMBusStorageFault",
                                   &stor_fault_lookup, stor_fault_get,
                                   stor_fault_set);
}
