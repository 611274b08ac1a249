/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic storage: what its files share.
 */

#ifndef HW_HYPERV_VMBUS_STORAGE_H
#define HW_HYPERV_VMBUS_STORAGE_H

#include "hw/hyperv/vmbus.h"
#include "hw/scsi/scsi.h"
#include "vstor-proto.h"

#define TYPE_VMBUS_STORAGE "vmbus-storage"
OBJECT_DECLARE_SIMPLE_TYPE(VMBusStorage, VMBUS_STORAGE)

typedef struct StorReq StorReq;

typedef struct StorChannel {
    VMBusStorage *s;
    VMBusChannel *chan;
    unsigned inflight;
    /* the worker left requests in the ring because of VSTOR_MAX_INFLIGHT */
    bool stalled;
    QTAILQ_HEAD(, StorReq) executing;
    /* answers that wait for space in the host-to-guest ring */
    QTAILQ_HEAD(, StorReq) answers;
} StorChannel;

struct StorReq {
    VMBusChanReq vmreq;     /* first: allocated by vmbus_channel_recv_peek */
    StorChannel *sc;
    SCSIRequest *sreq;
    uint32_t answer_len;
    bool is_srb;
    bool fault_done;
    /* the only copy of the guest's packet that is looked at; then the answer */
    vstor_packet pkt;
    QTAILQ_ENTRY(StorReq) link;
};

/* What the guest has negotiated; the order is the required one. */
enum {
    STOR_CLOSED,
    STOR_OPEN,
    STOR_BEGUN,
    STOR_VERSION_SET,
    STOR_PROPERTIES_TOLD,
    STOR_READY,
    /* it has sent a command, so its SCSI layer is there */
    STOR_IN_USE,
};

/* How the controller stands to the guest. */
enum {
    STOR_OFFERED,
    /* what executes ends, no LUN answers any more, the guest removes them */
    STOR_LEAVING,
    /* rescinded: nothing is read from the rings, nothing answered */
    STOR_GONE,
};

/* What a host can do wrong with the answer to an SRB; see stor_fault_names. */
enum {
    STOR_FAULT_NONE,
    STOR_FAULT_STALL,
    STOR_FAULT_TWICE,
    STOR_FAULT_UNKNOWN_ID,
    STOR_FAULT_SHORT,
    STOR_FAULT_OVERLONG,
    STOR_FAULT_OPERATION,
};

struct VMBusStorage {
    VMBusDevice parent_obj;

    SCSIBus bus;
    StorChannel *channels;
    uint8_t state;
    bool sub_channels_created;
    bool enumerate_pending;
    uint8_t presence;
    bool surprise_rescind;
    uint8_t fault;
    /* looks after a controller that is leaving; in ms of the guest's time */
    QEMUTimer *leave_timer;
    int64_t leave_began;
    int64_t last_request;
    /* SRB address of the only target */
    uint8_t target;

    uint16_t max_sub_channels;
    uint16_t max_version;
    uint32_t max_transfer;
};

/*
 * Answer @r with an NTSTATUS, or with the outcome of its SRB; this frees it,
 * now or when the ring has had room for the answer.  @transferred is in
 * bytes; @sense may be of any length.
 */
void stor_answer(StorReq *r, uint32_t status);
void stor_answer_srb(StorReq *r, uint8_t srb_status, uint8_t scsi_status,
                     uint32_t transferred);
void stor_answer_sense(StorReq *r, const uint8_t *sense, int len);

/* Execute the SRB in @r, which is answered before or after the return. */
void stor_execute(StorReq *r);

/*
 * Do what is set as the fault to the answer to an SRB.  Return whether it, and
 * those behind it, may be sent.
 */
bool stor_fault(StorReq *r);
void stor_fault_class_init(ObjectClass *klass);

/* Create the SCSI bus of @s. */
void stor_bus_init(VMBusStorage *s);

#endif
