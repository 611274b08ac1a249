/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus storage protocol ("vstor") between a guest's storage client (VSC)
 * and the host's storage provider (VSP), as protocol versions 5.1 to 6.2
 * have it.  There is no public specification; the layout is the one that
 * Linux's drivers/scsi/storvsc_drv.c expects.
 *
 * All fields are little endian.
 */

#ifndef HW_HYPERV_VSTOR_PROTO_H
#define HW_HYPERV_VSTOR_PROTO_H

#define VSTOR_CLASS_SCSI    "ba6163d9-04a1-4d29-b605-72e2ffb1dc7f"
#define VSTOR_CLASS_IDE     "32412632-86cb-44a2-9b5c-50d1417354f5"

#define VSTOR_VERSION_WIN8      0x0501
#define VSTOR_VERSION_WIN8_1    0x0600
#define VSTOR_VERSION_WIN10     0x0602

enum {
    VSTOR_COMPLETE_IO           = 1,
    VSTOR_REMOVE_DEVICE         = 2,
    VSTOR_EXECUTE_SRB           = 3,
    VSTOR_RESET_LUN             = 4,
    VSTOR_RESET_ADAPTER         = 5,
    VSTOR_RESET_BUS             = 6,
    VSTOR_BEGIN_INITIALIZATION  = 7,
    VSTOR_END_INITIALIZATION    = 8,
    VSTOR_QUERY_VERSION         = 9,
    VSTOR_QUERY_PROPERTIES      = 10,
    VSTOR_ENUMERATE_BUS         = 11,
    VSTOR_FCHBA_DATA            = 12,
    VSTOR_CREATE_SUB_CHANNELS   = 13,
};

/* vstor_packet.status is an NTSTATUS */
#define NT_SUCCESS                  0x00000000
#define NT_UNSUCCESSFUL             0xc0000001
#define NT_INVALID_PARAMETER        0xc000000d
#define NT_INVALID_DEVICE_REQUEST   0xc0000010
#define NT_REVISION_MISMATCH        0xc0000059
#define NT_INVALID_DEVICE_STATE     0xc0000184

#define SRB_STATUS_SUCCESS          0x01
#define SRB_STATUS_ABORTED          0x02
#define SRB_STATUS_ERROR            0x04
#define SRB_STATUS_BUSY             0x05
#define SRB_STATUS_INVALID_REQUEST  0x06
#define SRB_STATUS_DATA_OVERRUN     0x12
#define SRB_STATUS_INVALID_LUN      0x20
/* flag in addition to the status: sense_data is valid */
#define SRB_STATUS_AUTOSENSE_VALID  0x80

#define SRB_FLAGS_DISABLE_AUTOSENSE 0x00000020

/* vstor_srb.data_in */
enum {
    VSTOR_DATA_OUT = 0,
    VSTOR_DATA_IN = 1,
    VSTOR_DATA_NONE = 2,
};

#define VSTOR_CDB_SIZE      16
#define VSTOR_SENSE_SIZE    20

typedef struct QEMU_PACKED vstor_srb {
    uint16_t length;
    uint8_t srb_status;
    uint8_t scsi_status;
    uint8_t port;
    uint8_t path;
    uint8_t target;
    uint8_t lun;
    uint8_t cdb_length;
    uint8_t sense_length;
    uint8_t data_in;
    uint8_t reserved;
    uint32_t data_length;
    union {
        uint8_t cdb[VSTOR_CDB_SIZE];
        uint8_t sense[VSTOR_SENSE_SIZE];
    };
    /* absent before version 5.1, hence from packets sent during negotiation */
    uint16_t reserved2;
    uint8_t queue_tag;
    uint8_t queue_action;
    uint32_t flags;
    uint32_t timeout;
    uint32_t queue_sort_key;
} vstor_srb;

/* vstor_properties.flags */
#define VSTOR_PROPERTY_MULTI_CHANNEL    0x1

typedef struct QEMU_PACKED vstor_properties {
    uint32_t reserved;
    uint16_t max_channel_count;     /* sub-channels, the primary not counted */
    uint16_t reserved2;
    uint32_t flags;
    uint32_t max_transfer_bytes;
    uint64_t reserved3;
} vstor_properties;

typedef struct QEMU_PACKED vstor_packet {
    uint32_t operation;
    uint32_t flags;
    uint32_t status;
    union {
        vstor_srb srb;
        vstor_properties properties;
        uint16_t version;
        uint16_t sub_channel_count;
        uint8_t data[52];
    };
} vstor_packet;

/* what a guest sends before it knows that the version is at least 5.1 */
#define VSTOR_PACKET_MIN    (sizeof(vstor_packet) - 16)

QEMU_BUILD_BUG_ON(sizeof(vstor_srb) != 52);
QEMU_BUILD_BUG_ON(offsetof(vstor_srb, cdb) != 16);
QEMU_BUILD_BUG_ON(offsetof(vstor_srb, flags) != 40);
QEMU_BUILD_BUG_ON(sizeof(vstor_properties) != 24);
QEMU_BUILD_BUG_ON(sizeof(vstor_packet) != 64);

#endif
