/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic storage: channels, negotiation and the controller with its
 * type vmbus-scsi.
 *
 * The device speaks the vstor protocol and has a QEMU SCSI bus behind it, so
 * disks are QEMU's scsi-hd, scsi-cd and so on, with their semantics of
 * errors, sense data, discard and FUA.
 *
 * Everything here runs in the main loop under the BQL: the workers of all
 * channels, SCSI callbacks and device reset.
 */

#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "qemu/units.h"
#include "block/aio-wait.h"
#include "qapi/error.h"
#include "hw/qdev-properties.h"
#include "hw/hotplug.h"
#include "migration/vmstate.h"
#include "scsi/constants.h"
#include "trace.h"
#include "vmbus-storage.h"

#define TYPE_VMBUS_SCSI "vmbus-scsi"

/*
 * Requests of one channel that are read from the ring and not yet answered.
 * The rest waits in the ring, so that a guest cannot make us allocate
 * without limit.
 */
#define VSTOR_MAX_INFLIGHT  1024

/*
 * A guest that has been told to look at its bus has done so when there has
 * been no request for the first time; after the second it is not waited for
 * any more.  Both are in ms.
 */
#define VSTOR_LEAVE_QUIET   2000
#define VSTOR_LEAVE_MAX     30000
#define VSTOR_LEAVE_LOOK    100

/* Answers */

static void stor_req_free(StorReq *r)
{
    StorChannel *sc = r->sc;

    sc->inflight--;
    if (sc->stalled) {
        sc->stalled = false;
        vmbus_channel_notify_host(sc->chan);
    }
    vmbus_free_req(r);
}

static void stor_send_enumerate(VMBusStorage *s)
{
    vstor_packet pkt = { .operation = cpu_to_le32(VSTOR_ENUMERATE_BUS) };
    VMBusChannel *chan = s->channels[0].chan;

    if (!s->enumerate_pending || vmbus_channel_reserve(chan, 0, sizeof(pkt))) {
        return;
    }
    s->enumerate_pending = false;
    /* an unsolicited packet: transaction 0, and nothing comes back */
    vmbus_channel_send(chan, VMBUS_PACKET_DATA_INBAND, NULL, 0,
                       &pkt, sizeof(pkt), false, 0);
}

/*
 * Send as many answers as the ring has room for.  When it has not, the
 * failing reserve asks the guest to signal us once it has.
 */
static void stor_flush_answers(StorChannel *sc)
{
    StorReq *r;

    while ((r = QTAILQ_FIRST(&sc->answers))) {
        if ((r->is_srb && !stor_fault(r)) ||
            vmbus_channel_reserve(sc->chan, 0, r->answer_len)) {
            return;
        }
        QTAILQ_REMOVE(&sc->answers, r, link);
        vmbus_channel_send_completion(&r->vmreq, &r->pkt, r->answer_len);
        stor_req_free(r);
    }
    if (sc == &sc->s->channels[0]) {
        stor_send_enumerate(sc->s);
    }
}

void stor_answer(StorReq *r, uint32_t status)
{
    r->pkt.operation = cpu_to_le32(VSTOR_COMPLETE_IO);
    r->pkt.flags = 0;
    r->pkt.status = cpu_to_le32(status);
    trace_vmbus_storage_answer(r->vmreq.transaction_id, status,
                               r->pkt.srb.srb_status, r->pkt.srb.scsi_status);
    if (!r->vmreq.need_comp) {
        stor_req_free(r);
        return;
    }
    QTAILQ_INSERT_TAIL(&r->sc->answers, r, link);
    stor_flush_answers(r->sc);
}

void stor_answer_srb(StorReq *r, uint8_t srb_status, uint8_t scsi_status,
                     uint32_t transferred)
{
    r->pkt.srb.srb_status = srb_status;
    r->pkt.srb.scsi_status = scsi_status;
    r->pkt.srb.data_length = cpu_to_le32(transferred);
    stor_answer(r, srb_status == SRB_STATUS_SUCCESS ? NT_SUCCESS
                                                    : NT_UNSUCCESSFUL);
}

void stor_answer_sense(StorReq *r, const uint8_t *sense, int len)
{
    vstor_srb *srb = &r->pkt.srb;
    uint8_t srb_status = SRB_STATUS_ERROR;

    if (!(le32_to_cpu(srb->flags) & SRB_FLAGS_DISABLE_AUTOSENSE) && len > 0) {
        /* sense overlays the CDB, so nothing of that may remain behind it */
        srb->sense_length = MIN(srb->sense_length, MIN(len, VSTOR_SENSE_SIZE));
        memset(srb->sense, 0, sizeof(srb->sense));
        memcpy(srb->sense, sense, srb->sense_length);
        srb_status |= SRB_STATUS_AUTOSENSE_VALID;
    }
    stor_answer_srb(r, srb_status, CHECK_CONDITION, 0);
}

static uint32_t stor_negotiate(VMBusStorage *s, vstor_packet *pkt)
{
    uint16_t n;

    switch (le32_to_cpu(pkt->operation)) {
    case VSTOR_BEGIN_INITIALIZATION:
        if (s->state != STOR_OPEN) {
            return NT_INVALID_DEVICE_STATE;
        }
        s->state = STOR_BEGUN;
        return NT_SUCCESS;

    case VSTOR_QUERY_VERSION:
        if (s->state != STOR_BEGUN) {
            return NT_INVALID_DEVICE_STATE;
        }
        switch (le16_to_cpu(pkt->version)) {
        case VSTOR_VERSION_WIN8:
        case VSTOR_VERSION_WIN8_1:
        case VSTOR_VERSION_WIN10:
            if (le16_to_cpu(pkt->version) <= s->max_version) {
                s->state = STOR_VERSION_SET;
                return NT_SUCCESS;
            }
        }
        return NT_REVISION_MISMATCH;

    case VSTOR_QUERY_PROPERTIES:
        if (s->state != STOR_VERSION_SET) {
            return NT_INVALID_DEVICE_STATE;
        }
        n = VMBUS_DEVICE(s)->num_channels - 1;
        pkt->properties = (vstor_properties) {
            .max_channel_count = cpu_to_le16(n),
            .flags = cpu_to_le32(n ? VSTOR_PROPERTY_MULTI_CHANNEL : 0),
            .max_transfer_bytes = cpu_to_le32(s->max_transfer),
        };
        s->state = STOR_PROPERTIES_TOLD;
        return NT_SUCCESS;

    case VSTOR_END_INITIALIZATION:
        if (s->state != STOR_PROPERTIES_TOLD) {
            return NT_INVALID_DEVICE_STATE;
        }
        s->state = STOR_READY;
        return NT_SUCCESS;

    case VSTOR_CREATE_SUB_CHANNELS:
        n = le16_to_cpu(pkt->sub_channel_count);
        if (s->state < STOR_READY || s->sub_channels_created) {
            return NT_INVALID_DEVICE_STATE;
        }
        if (n >= VMBUS_DEVICE(s)->num_channels) {
            return NT_INVALID_PARAMETER;
        }
        s->sub_channels_created = true;
        vmbus_device_offer_subchannels(VMBUS_DEVICE(s), n);
        return NT_SUCCESS;

    default:
        /* VSTOR_FCHBA_DATA is for Fibre Channel controllers */
        return NT_INVALID_DEVICE_REQUEST;
    }
}

static void stor_handle(StorReq *r)
{
    VMBusStorage *s = r->sc->s;
    vstor_packet *pkt = &r->pkt;
    SCSIDevice *dev;

    trace_vmbus_storage_request(vmbus_channel_idx(r->sc->chan),
                                r->vmreq.transaction_id,
                                le32_to_cpu(pkt->operation),
                                pkt->srb.path, pkt->srb.target, pkt->srb.lun,
                                pkt->srb.cdb[0], r->vmreq.sgl.size);

    switch (le32_to_cpu(pkt->operation)) {
    case VSTOR_EXECUTE_SRB:
    case VSTOR_RESET_LUN:
    case VSTOR_RESET_ADAPTER:
    case VSTOR_RESET_BUS:
        if (s->state < STOR_READY) {
            stor_answer(r, NT_INVALID_DEVICE_STATE);
            return;
        }
        break;
    default:
        stor_answer(r, r->sc == &s->channels[0] ? stor_negotiate(s, pkt)
                                                : NT_INVALID_DEVICE_REQUEST);
        return;
    }

    switch (le32_to_cpu(pkt->operation)) {
    case VSTOR_EXECUTE_SRB:
        s->state = STOR_IN_USE;
        r->is_srb = true;
        stor_execute(r);
        break;
    case VSTOR_RESET_LUN:
        dev = scsi_device_get(&s->bus, 0, 0, pkt->srb.lun);
        if (dev && dev->lun == pkt->srb.lun && !pkt->srb.path &&
            pkt->srb.target == s->target) {
            device_cold_reset(DEVICE(dev));
        }
        if (dev) {
            object_unref(OBJECT(dev));
        }
        stor_answer(r, NT_SUCCESS);
        break;
    default:
        /* aborts what is executing: those answers come before this one */
        bus_cold_reset(BUS(&s->bus));
        stor_answer(r, NT_SUCCESS);
        break;
    }
}

static void stor_chan_notify(VMBusChannel *chan)
{
    VMBusStorage *s = VMBUS_STORAGE(vmbus_channel_device(chan));
    StorChannel *sc = &s->channels[vmbus_channel_idx(chan)];
    StorReq *r;

    if (s->presence == STOR_GONE) {
        return;
    }
    stor_flush_answers(sc);

    if (vmbus_channel_recv_start(chan)) {
        return;
    }
    while (1) {
        sc->stalled = sc->inflight >= VSTOR_MAX_INFLIGHT;
        if (sc->stalled) {
            break;
        }
        r = vmbus_channel_recv_peek(chan, sizeof(*r));
        if (!r) {
            break;
        }
        vmbus_channel_recv_pop(chan);
        if (r->vmreq.pkt_type == VMBUS_PACKET_COMP ||
            r->vmreq.msglen < VSTOR_PACKET_MIN) {
            /* nothing that could be answered */
            vmbus_free_req(r);
            continue;
        }
        r->sc = sc;
        sc->inflight++;
        s->last_request = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
        r->answer_len = MIN(r->vmreq.msglen, sizeof(r->pkt));
        memcpy(&r->pkt, r->vmreq.msg, r->answer_len);
        if (r->vmreq.msglen > sizeof(r->pkt)) {
            stor_answer(r, NT_INVALID_PARAMETER);
        } else {
            stor_handle(r);
        }
    }
    vmbus_channel_recv_done(chan);
}

/* Channels and the device */

static int stor_open_channel(VMBusChannel *chan)
{
    VMBusStorage *s = VMBUS_STORAGE(vmbus_channel_device(chan));

    if (vmbus_channel_idx(chan)) {
        return s->state >= STOR_READY ? 0 : -EINVAL;
    }
    s->state = STOR_OPEN;
    return 0;
}

/* The rings are going away: nothing is answered any more. */
static void stor_drop_requests(StorChannel *sc)
{
    StorReq *r, *next;

    QTAILQ_FOREACH_SAFE(r, &sc->executing, link, next) {
        r->vmreq.need_comp = false;
        scsi_req_cancel_async(r->sreq, NULL);
    }
    /* some may have been cancelled before, and still write to guest memory */
    AIO_WAIT_WHILE(NULL, !QTAILQ_EMPTY(&sc->executing));
    while ((r = QTAILQ_FIRST(&sc->answers))) {
        QTAILQ_REMOVE(&sc->answers, r, link);
        sc->stalled = false;
        stor_req_free(r);
    }
}

static void stor_close_channel(VMBusChannel *chan)
{
    VMBusStorage *s = VMBUS_STORAGE(vmbus_channel_device(chan));

    stor_drop_requests(&s->channels[vmbus_channel_idx(chan)]);
    if (!vmbus_channel_idx(chan)) {
        s->state = STOR_CLOSED;
        s->sub_channels_created = false;
        s->enumerate_pending = false;
        vmbus_device_rescind_subchannels(VMBUS_DEVICE(s));
    }
}

static uint16_t stor_num_channels(VMBusDevice *vdev)
{
    return VMBUS_STORAGE(vdev)->max_sub_channels + 1;
}

/*
 * A driver that sees this looks for LUNs that have come or gone.  Before its
 * first command it is going to look anyway, and Linux's cannot be told: it
 * makes the work queue for that only once it has ended the initialization, and
 * follows a null pointer (storvsc_probe() in drivers/scsi/storvsc_drv.c).
 */
static void stor_luns_changed(VMBusStorage *s)
{
    if (s->state == STOR_IN_USE) {
        s->enumerate_pending = true;
        stor_flush_answers(&s->channels[0]);
    }
}

static void stor_plug(HotplugHandler *hotplug, DeviceState *dev, Error **errp)
{
    stor_luns_changed(VMBUS_STORAGE(hotplug));
}

static void stor_unplug(HotplugHandler *hotplug, DeviceState *dev,
                        Error **errp)
{
    qdev_simple_device_unplug_cb(hotplug, dev, errp);
    stor_luns_changed(VMBUS_STORAGE(hotplug));
}

/* Leaving */

static void stor_rescind(VMBusStorage *s)
{
    unsigned i;

    timer_del(s->leave_timer);
    s->presence = STOR_GONE;
    for (i = 0; i < VMBUS_DEVICE(s)->num_channels; i++) {
        stor_drop_requests(&s->channels[i]);
    }
    vmbus_device_set_offered(VMBUS_DEVICE(s), false);
}

static void stor_leave_look(void *opaque)
{
    VMBusStorage *s = opaque;
    int64_t now = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
    unsigned inflight = 0;
    unsigned i;

    for (i = 0; i < VMBUS_DEVICE(s)->num_channels; i++) {
        inflight += s->channels[i].inflight;
    }
    if (s->state == STOR_CLOSED || now - s->leave_began >= VSTOR_LEAVE_MAX ||
        (!inflight && now - MAX(s->last_request, s->leave_began) >=
                      VSTOR_LEAVE_QUIET)) {
        stor_rescind(s);
        return;
    }
    timer_mod(s->leave_timer, now + VSTOR_LEAVE_LOOK);
}

/*
 * A Linux guest reads nothing from a channel any more once it knows that it is
 * rescinded, and its storvsc waits for the answer to each request without
 * limit (vmbus_onoffer_rescind() in drivers/hv/channel_mgmt.c,
 * storvsc_dev_remove() in drivers/scsi/storvsc_drv.c).  So the disks go first:
 * what executes ends with an error, and whatever comes now is for a LUN that
 * is not there, which makes the guest remove it.
 */
static void stor_withdraw(VMBusDevice *vdev)
{
    VMBusStorage *s = VMBUS_STORAGE(vdev);
    StorReq *r, *next;
    unsigned i;

    if (s->presence != STOR_OFFERED) {
        return;
    }
    if (s->surprise_rescind || s->state < STOR_READY) {
        stor_rescind(s);
        return;
    }
    s->presence = STOR_LEAVING;
    for (i = 0; i < vdev->num_channels; i++) {
        QTAILQ_FOREACH_SAFE(r, &s->channels[i].executing, link, next) {
            scsi_req_cancel_async(r->sreq, NULL);
        }
    }
    stor_luns_changed(s);
    s->leave_began = qemu_clock_get_ms(QEMU_CLOCK_VIRTUAL);
    timer_mod(s->leave_timer, s->leave_began + VSTOR_LEAVE_LOOK);
}

static bool stor_get_offered(Object *obj, Error **errp)
{
    return !VMBUS_DEVICE(obj)->withdrawn &&
           VMBUS_STORAGE(obj)->presence == STOR_OFFERED;
}

static void stor_set_offered(Object *obj, bool offered, Error **errp)
{
    VMBusDevice *vdev = VMBUS_DEVICE(obj);
    VMBusStorage *s = VMBUS_STORAGE(obj);

    if (!DEVICE(obj)->realized) {
        vdev->withdrawn = !offered;
        s->presence = offered ? STOR_OFFERED : STOR_GONE;
        return;
    }
    if (!offered) {
        stor_withdraw(vdev);
        return;
    }
    if (s->presence == STOR_OFFERED) {
        return;
    }
    if (vdev->unplugging || !vmbus_device_is_gone(vdev)) {
        error_setg(errp, "the guest has not let go of the device yet");
        return;
    }
    s->presence = STOR_OFFERED;
    vmbus_device_set_offered(vdev, true);
}

static bool stor_get_surprise(Object *obj, Error **errp)
{
    return VMBUS_STORAGE(obj)->surprise_rescind;
}

static void stor_set_surprise(Object *obj, bool surprise, Error **errp)
{
    VMBUS_STORAGE(obj)->surprise_rescind = surprise;
}

static void stor_realize(VMBusDevice *vdev, Error **errp)
{
    VMBusStorage *s = VMBUS_STORAGE(vdev);
    unsigned i;

    if (!s->max_transfer || s->max_transfer % (4 * KiB)) {
        error_setg(errp, "max-transfer must be a multiple of 4096");
        return;
    }
    s->channels = g_new0(StorChannel, vdev->num_channels);
    for (i = 0; i < vdev->num_channels; i++) {
        s->channels[i].s = s;
        s->channels[i].chan = vmbus_device_channel(vdev, i);
        QTAILQ_INIT(&s->channels[i].executing);
        QTAILQ_INIT(&s->channels[i].answers);
    }
    s->leave_timer = timer_new_ms(QEMU_CLOCK_VIRTUAL, stor_leave_look, s);
    stor_bus_init(s);
}

static void stor_unrealize(VMBusDevice *vdev)
{
    timer_free(VMBUS_STORAGE(vdev)->leave_timer);
    g_free(VMBUS_STORAGE(vdev)->channels);
}

static const VMStateDescription vmstate_stor = {
    .name = TYPE_VMBUS_STORAGE,
    .unmigratable = 1,
};

static const Property stor_properties[] = {
    DEFINE_PROP_UINT16("max-version", VMBusStorage, max_version,
                       VSTOR_VERSION_WIN10),
    /* in bytes */
    DEFINE_PROP_UINT32("max-transfer", VMBusStorage, max_transfer, 512 * KiB),
};

static void stor_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    VMBusDeviceClass *vdc = VMBUS_DEVICE_CLASS(klass);
    HotplugHandlerClass *hc = HOTPLUG_HANDLER_CLASS(klass);

    dc->vmsd = &vmstate_stor;
    device_class_set_props(dc, stor_properties);
    /* these can be set at any time */
    object_class_property_add_bool(klass, "offered", stor_get_offered,
                                   stor_set_offered);
    object_class_property_add_bool(klass, "surprise-rescind", stor_get_surprise,
                                   stor_set_surprise);
    stor_fault_class_init(klass);
    set_bit(DEVICE_CATEGORY_STORAGE, dc->categories);
    vdc->channel_flags = VMBUS_CHANNEL_ENUMERATE_DEVICE_INTERFACE;
    vdc->num_channels = stor_num_channels;
    vdc->vmdev_realize = stor_realize;
    vdc->vmdev_unrealize = stor_unrealize;
    vdc->open_channel = stor_open_channel;
    vdc->close_channel = stor_close_channel;
    vdc->chan_notify_cb = stor_chan_notify;
    vdc->withdraw = stor_withdraw;
    hc->plug = stor_plug;
    hc->unplug = stor_unplug;
}

static const Property vmbus_scsi_properties[] = {
    DEFINE_PROP_UINT16("max-sub-channels", VMBusStorage, max_sub_channels, 64),
};

static void vmbus_scsi_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    qemu_uuid_parse(VSTOR_CLASS_SCSI, &VMBUS_DEVICE_CLASS(klass)->classid);
    dc->hotpluggable = true;
    dc->desc = "VMBus synthetic SCSI controller";
    device_class_set_props(dc, vmbus_scsi_properties);
}

static const TypeInfo stor_types[] = {
    {
        .name = TYPE_VMBUS_STORAGE,
        .parent = TYPE_VMBUS_DEVICE,
        .abstract = true,
        .instance_size = sizeof(VMBusStorage),
        .class_init = stor_class_init,
        .interfaces = (InterfaceInfo[]) {
            { TYPE_HOTPLUG_HANDLER },
            { }
        },
    }, {
        .name = TYPE_VMBUS_SCSI,
        .parent = TYPE_VMBUS_STORAGE,
        .class_init = vmbus_scsi_class_init,
    },
};

DEFINE_TYPES(stor_types)
