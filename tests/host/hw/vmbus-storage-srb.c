/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic storage: SRBs (SCSI request blocks) become requests of
 * QEMU's SCSI bus.  Data is transferred directly from and to the guest pages
 * that the packet lists.
 */

#include "qemu/osdep.h"
#include "qemu/bswap.h"
#include "qemu/units.h"
#include "scsi/constants.h"
#include "scsi/utils.h"
#include "vmbus-storage.h"

#define VSTOR_MAX_LUN       63

/* SCSI bus callbacks */

static QEMUSGList *stor_get_sg_list(SCSIRequest *sreq)
{
    StorReq *r = sreq->hba_private;

    if (sreq->cmd.mode == SCSI_XFER_NONE || !r->vmreq.sgl.nsg) {
        return NULL;
    }
    return &r->vmreq.sgl;
}

/*
 * Only called for data that the guest has given no pages for, and that is
 * then dropped; stor_check_data() refuses this for the medium's data.
 */
static void stor_transfer_data(SCSIRequest *sreq, uint32_t len)
{
    scsi_req_continue(sreq);
}

static void stor_scsi_release(StorReq *r)
{
    SCSIRequest *sreq = r->sreq;

    QTAILQ_REMOVE(&r->sc->executing, r, link);
    r->sreq = NULL;
    sreq->hba_private = NULL;
    scsi_req_unref(sreq);
}

static void stor_scsi_complete(SCSIRequest *sreq, size_t residual)
{
    StorReq *r = sreq->hba_private;
    uint8_t sense[SCSI_SENSE_BUF_SIZE];
    size_t size = r->vmreq.sgl.size;
    int status = sreq->status;
    int sense_len = 0;

    if (status == CHECK_CONDITION) {
        sense_len = scsi_req_get_sense(sreq, sense, sizeof(sense));
    }
    if (sreq->cmd.mode == SCSI_XFER_NONE) {
        size = 0;
    }
    stor_scsi_release(r);

    switch (status) {
    case GOOD:
        stor_answer_srb(r, SRB_STATUS_SUCCESS, GOOD,
                        size - MIN(size, residual));
        break;
    case CHECK_CONDITION:
        stor_answer_sense(r, sense, sense_len);
        break;
    case BUSY:
    case TASK_SET_FULL:
        /* not an error: Linux's storvsc fails what comes with SRB_STATUS_ERROR */
        stor_answer_srb(r, SRB_STATUS_BUSY, status, 0);
        break;
    case TASK_ABORTED:
        stor_answer_srb(r, SRB_STATUS_ABORTED, status, 0);
        break;
    default:
        stor_answer_srb(r, SRB_STATUS_ERROR, status, 0);
        break;
    }
}

static void stor_scsi_cancelled(SCSIRequest *sreq)
{
    StorReq *r = sreq->hba_private;

    stor_scsi_release(r);
    /* an aborted request is tried again, which is of no use on a gone LUN */
    stor_answer_srb(r, r->sc->s->presence == STOR_OFFERED ?
                       SRB_STATUS_ABORTED : SRB_STATUS_INVALID_LUN, GOOD, 0);
}

static const SCSIBusInfo stor_scsi_info = {
    .tcq = true,
    .max_channel = 0,
    .max_target = 0,
    .max_lun = VSTOR_MAX_LUN,

    .transfer_data = stor_transfer_data,
    .complete = stor_scsi_complete,
    .cancel = stor_scsi_cancelled,
    .get_sg_list = stor_get_sg_list,
};

/* Requests */

static void stor_sgl_trim(QEMUSGList *sgl, size_t size)
{
    while (sgl->size > size) {
        size_t excess = sgl->size - size;
        ScatterGatherEntry *last = &sgl->sg[sgl->nsg - 1];

        if (last->len > excess) {
            last->len -= excess;
            sgl->size -= excess;
        } else {
            sgl->size -= last->len;
            sgl->nsg--;
        }
    }
}

static void stor_answer_data(StorReq *r, const void *data, size_t len)
{
    QEMUSGList *sgl = &r->vmreq.sgl;

    len = MIN(len, sgl->size);
    if (len) {
        dma_buf_read((void *)data, len, NULL, sgl, MEMTXATTRS_UNSPECIFIED);
    }
    stor_answer_srb(r, SRB_STATUS_SUCCESS, GOOD, len);
}

/*
 * No disk at this address.  Linux's storvsc takes the outcome of INQUIRY for
 * success whatever it is and finds a phantom disk unless the data says that
 * there is none; and on SRB_STATUS_INVALID_LUN it removes the disk with that
 * target and LUN, not looking at the path (storvsc_on_io_completion and
 * storvsc_handle_error in drivers/scsi/storvsc_drv.c).  So INVALID_LUN is
 * only for an address that a disk can have had.
 */
static void stor_execute_absent(StorReq *r, bool is_ours)
{
    static const uint8_t no_luns[8];
    uint8_t inquiry[36] = { TYPE_NO_LUN, 0, 5, 2, sizeof(inquiry) - 5 };
    uint8_t sense[18];

    switch (r->pkt.srb.cdb[0]) {
    case INQUIRY:
        stor_answer_data(r, inquiry, MIN(sizeof(inquiry),
                                         lduw_be_p(&r->pkt.srb.cdb[3])));
        break;
    case REPORT_LUNS:
        stor_answer_data(r, no_luns, sizeof(no_luns));
        break;
    default:
        if (is_ours) {
            stor_answer_srb(r, SRB_STATUS_INVALID_LUN, GOOD, 0);
            break;
        }
        stor_answer_sense(r, sense,
                          scsi_build_sense_buf(sense, sizeof(sense),
                                               SENSE_CODE(LUN_NOT_SUPPORTED),
                                               true));
        break;
    }
}

/*
 * Whether the guest's pages fit what the CDB asks for.  QEMU's disks transfer
 * whole scatter lists, so a list must never be longer than the CDB says, and
 * for the medium's data not shorter either.  A shorter one is fine for what
 * the target generates itself: that is truncated.
 */
static bool stor_check_data(StorReq *r, const SCSICommand *cmd)
{
    const vstor_srb *srb = &r->pkt.srb;
    QEMUSGList *sgl = &r->vmreq.sgl;

    switch (cmd->mode) {
    case SCSI_XFER_FROM_DEV:
        if (srb->data_in != VSTOR_DATA_IN) {
            return false;
        }
        switch (srb->cdb[0]) {
        case READ_6:
        case READ_10:
        case READ_12:
        case READ_16:
            if (cmd->xfer > sgl->size) {
                return false;
            }
        }
        break;
    case SCSI_XFER_TO_DEV:
        if (srb->data_in != VSTOR_DATA_OUT || cmd->xfer > sgl->size) {
            return false;
        }
        break;
    case SCSI_XFER_NONE:
        return true;
    }
    stor_sgl_trim(sgl, cmd->xfer);
    return true;
}

void stor_execute(StorReq *r)
{
    VMBusStorage *s = r->sc->s;
    vstor_srb *srb = &r->pkt.srb;
    QEMUSGList *sgl = &r->vmreq.sgl;
    bool is_ours = !srb->path && srb->target == s->target;
    SCSIRequest *sreq;
    SCSIDevice *dev;

    /* with unaligned ends the pages are one more than the bytes ask for */
    if (srb->cdb_length > VSTOR_CDB_SIZE || !srb->cdb_length ||
        le32_to_cpu(srb->data_length) > sgl->size ||
        sgl->size > s->max_transfer ||
        sgl->nsg > s->max_transfer / (4 * KiB) + 1) {
        stor_answer_srb(r, SRB_STATUS_INVALID_REQUEST, GOOD, 0);
        return;
    }
    stor_sgl_trim(sgl, le32_to_cpu(srb->data_length));
    memset(srb->cdb + srb->cdb_length, 0, VSTOR_CDB_SIZE - srb->cdb_length);

    /* with the LUN absent this gives another LUN of the target */
    dev = is_ours && s->presence == STOR_OFFERED
          ? scsi_device_get(&s->bus, 0, 0, srb->lun) : NULL;
    if (!dev || (dev->lun != srb->lun && srb->cdb[0] != REPORT_LUNS)) {
        if (dev) {
            object_unref(OBJECT(dev));
        }
        stor_execute_absent(r, is_ours);
        return;
    }

    sreq = scsi_req_new(dev, r->vmreq.transaction_id, srb->lun,
                        srb->cdb, srb->cdb_length, r);
    object_unref(OBJECT(dev));
    if (!stor_check_data(r, &sreq->cmd)) {
        sreq->hba_private = NULL;
        scsi_req_unref(sreq);
        stor_answer_srb(r, SRB_STATUS_DATA_OVERRUN, GOOD, 0);
        return;
    }

    r->sreq = sreq;
    QTAILQ_INSERT_TAIL(&r->sc->executing, r, link);
    /* the request may complete, which frees r, before this returns */
    scsi_req_ref(sreq);
    if (scsi_req_enqueue(sreq)) {
        scsi_req_continue(sreq);
    }
    scsi_req_unref(sreq);
}

void stor_bus_init(VMBusStorage *s)
{
    scsi_bus_init(&s->bus, sizeof(s->bus), DEVICE(s), &stor_scsi_info);
    qbus_set_hotplug_handler(BUS(&s->bus), OBJECT(s));
}
