/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wire format of a synthetic NIC: NVSP, the protocol of the channel, and RNDIS
 * inside it, with the NDIS structures that RNDIS carries.  All numbers are
 * little-endian.
 *
 * Sources: drivers/net/hyperv/hyperv_net.h and include/linux/rndis.h in Linux,
 * Microsoft's [MS-RNDIS], and the NDIS reference for the OIDs.
 */

#ifndef HW_HYPERV_NVSP_PROTO_H
#define HW_HYPERV_NVSP_PROTO_H

#include "qemu/osdep.h"

#define NVSP_CLASS_NIC "f8615163-df3e-46c5-913f-f2d2f965ed0e"

#define NVSP_VERSION_1      0x00002
#define NVSP_VERSION_2      0x30002
#define NVSP_VERSION_4      0x40000
#define NVSP_VERSION_5      0x50000
#define NVSP_VERSION_6      0x60000
#define NVSP_VERSION_61     0x60001

enum {
    NVSP_INIT = 1,
    NVSP_INIT_DONE = 2,
    NVSP_NDIS_VERSION = 100,
    NVSP_RECV_BUF = 101,
    NVSP_RECV_BUF_DONE = 102,
    NVSP_REVOKE_RECV_BUF = 103,
    NVSP_SEND_BUF = 104,
    NVSP_SEND_BUF_DONE = 105,
    NVSP_REVOKE_SEND_BUF = 106,
    NVSP_RNDIS = 107,
    NVSP_RNDIS_DONE = 108,
    NVSP_NDIS_CONFIG = 125,
    NVSP_VF_ASSOCIATION = 128,
    NVSP_SWITCH_DATA_PATH = 129,
    NVSP_SUB_CHANNEL = 133,
    NVSP_SEND_TABLE = 134,
    NVSP_PD_API = 135,
};

enum {
    NVSP_STAT_SUCCESS = 1,
    NVSP_STAT_FAIL = 2,
    NVSP_STAT_INVALID_RNDIS = 5,
    NVSP_STAT_UNSUPPORTED = 7,
};

#define NVSP_CAP_IEEE8021Q  (1u << 3)

#define NVSP_NO_SECTION     0xffffffffu
#define NVSP_SUB_CHANNEL_ALLOCATE 1
#define NVSP_SEND_TABLE_SIZE 16

enum {
    NVSP_CHANNEL_DATA = 0,
    NVSP_CHANNEL_CONTROL = 1,
};

typedef struct nvsp_msg {
    uint32_t type;
    union {
        struct {
            uint32_t min, max;
        } QEMU_PACKED init;
        struct {
            uint32_t version;
            uint32_t max_mdl_chain;
            uint32_t status;
        } QEMU_PACKED init_done;
        struct {
            uint32_t gpadl;
            uint16_t id;
        } QEMU_PACKED buf;
        struct {
            uint32_t status;
            uint32_t num_sections;
            uint32_t offset, size, count, end;
        } QEMU_PACKED recv_done;
        struct {
            uint32_t status;
            uint32_t section_size;
        } QEMU_PACKED send_done;
        struct {
            uint16_t id;
        } QEMU_PACKED revoke;
        struct {
            uint32_t channel;
            uint32_t section;
            uint32_t section_size;
        } QEMU_PACKED rndis;
        struct {
            uint32_t status;
        } QEMU_PACKED done;
        struct {
            uint32_t mtu;           /* with the Ethernet header */
            uint32_t reserved;
            uint64_t capabilities;
        } QEMU_PACKED ndis_config;
        struct {
            uint32_t op;
            uint32_t count;
        } QEMU_PACKED sub_channel;
        struct {
            uint32_t status;
            uint32_t count;
        } QEMU_PACKED sub_channel_done;
        struct {
            uint32_t count;
            uint32_t offset;        /* from the message's beginning */
        } QEMU_PACKED send_table;
        uint8_t space[36];
    };
} QEMU_PACKED nvsp_msg;

/* Bytes of each message; before a version is set it is the shorter. */
#define NVSP_MSG_SIZE       28
#define NVSP_MSG_SIZE_61    40

enum {
    RNDIS_PACKET = 1,
    RNDIS_INIT = 2,
    RNDIS_HALT = 3,
    RNDIS_QUERY = 4,
    RNDIS_SET = 5,
    RNDIS_RESET = 6,
    RNDIS_INDICATE = 7,
    RNDIS_KEEPALIVE = 8,
};
#define RNDIS_COMPLETE      0x80000000u

#define RNDIS_SUCCESS               0x00000000u
#define RNDIS_MEDIA_CONNECT         0x4001000bu
#define RNDIS_MEDIA_DISCONNECT      0x4001000cu
#define RNDIS_LINK_SPEED_CHANGE     0x40010013u
#define RNDIS_FAILURE               0xc0000001u
#define RNDIS_NOT_SUPPORTED         0xc00000bbu
#define RNDIS_INVALID_LENGTH        0xc0010014u
#define RNDIS_INVALID_DATA          0xc0010015u
#define RNDIS_BUFFER_TOO_SHORT      0xc0010016u

typedef struct rndis_head {
    uint32_t type;
    uint32_t len;               /* with this header */
} QEMU_PACKED rndis_head;

/* Offsets in the bodies are from the end of the header. */
typedef struct rndis_packet {
    uint32_t data_offset;
    uint32_t data_len;
    uint32_t oob_offset;
    uint32_t oob_len;
    uint32_t oob_count;
    uint32_t info_offset;
    uint32_t info_len;
    uint32_t vc;
    uint32_t reserved;
} QEMU_PACKED rndis_packet;

typedef struct rndis_info {
    uint32_t size;              /* with this header */
    uint32_t type;              /* bit 31: not one of NDIS */
    uint32_t offset;            /* from the beginning of this header */
} QEMU_PACKED rndis_info;

enum {
    NDIS_INFO_CHECKSUM = 0,
    NDIS_INFO_LSO = 2,
    NDIS_INFO_8021Q = 6,
    NDIS_INFO_HASH = 8,
};

#define NDIS_TX_IPV4                (1u << 0)
#define NDIS_TX_IPV6                (1u << 1)
#define NDIS_TX_TCP                 (1u << 2)
#define NDIS_TX_UDP                 (1u << 3)
#define NDIS_TX_IP_HEADER           (1u << 4)
#define NDIS_TX_L4_OFFSET(v)        (((v) >> 16) & 0x3ff)

#define NDIS_RX_TCP_FAILED          (1u << 0)
#define NDIS_RX_UDP_FAILED          (1u << 1)
#define NDIS_RX_IP_FAILED           (1u << 2)
#define NDIS_RX_TCP_SUCCEEDED       (1u << 3)
#define NDIS_RX_UDP_SUCCEEDED       (1u << 4)
#define NDIS_RX_IP_SUCCEEDED        (1u << 5)

#define NDIS_LSO_MSS(v)             ((v) & 0xfffff)
#define NDIS_LSO_L4_OFFSET(v)       (((v) >> 20) & 0x3ff)
#define NDIS_LSO_V2                 (1u << 30)
#define NDIS_LSO_IPV6               (1u << 31)

typedef struct rndis_request {
    uint32_t id;
    union {
        struct {
            uint32_t major, minor;
            uint32_t max_transfer;
        } QEMU_PACKED init;
        struct {
            uint32_t oid;
            uint32_t len;
            uint32_t offset;
            uint32_t vc;
        } QEMU_PACKED oid;
    };
} QEMU_PACKED rndis_request;

typedef struct rndis_init_done {
    uint32_t id;
    uint32_t status;
    uint32_t major, minor;
    uint32_t device_flags;
    uint32_t medium;
    uint32_t max_packets;
    uint32_t max_transfer;
    uint32_t alignment;         /* exponent of two */
    uint32_t af_offset, af_size;
} QEMU_PACKED rndis_init_done;

typedef struct rndis_query_done {
    uint32_t id;
    uint32_t status;
    uint32_t len;
    uint32_t offset;
} QEMU_PACKED rndis_query_done;

/* The answers to SET and KEEPALIVE. */
typedef struct rndis_done {
    uint32_t id;
    uint32_t status;
} QEMU_PACKED rndis_done;

typedef struct rndis_reset_done {
    uint32_t status;
    uint32_t addressing_reset;
} QEMU_PACKED rndis_reset_done;

typedef struct rndis_indicate {
    uint32_t status;
    uint32_t len;
    uint32_t offset;
} QEMU_PACKED rndis_indicate;

#define OID_GEN_SUPPORTED_LIST          0x00010101
#define OID_GEN_HARDWARE_STATUS         0x00010102
#define OID_GEN_MEDIA_SUPPORTED         0x00010103
#define OID_GEN_MEDIA_IN_USE            0x00010104
#define OID_GEN_MAXIMUM_LOOKAHEAD       0x00010105
#define OID_GEN_MAXIMUM_FRAME_SIZE      0x00010106
#define OID_GEN_LINK_SPEED              0x00010107
#define OID_GEN_TRANSMIT_BLOCK_SIZE     0x0001010a
#define OID_GEN_RECEIVE_BLOCK_SIZE      0x0001010b
#define OID_GEN_VENDOR_ID               0x0001010c
#define OID_GEN_VENDOR_DESCRIPTION      0x0001010d
#define OID_GEN_CURRENT_PACKET_FILTER   0x0001010e
#define OID_GEN_CURRENT_LOOKAHEAD       0x0001010f
#define OID_GEN_MAXIMUM_TOTAL_SIZE      0x00010111
#define OID_GEN_MAC_OPTIONS             0x00010113
#define OID_GEN_MEDIA_CONNECT_STATUS    0x00010114
#define OID_GEN_MAXIMUM_SEND_PACKETS    0x00010115
#define OID_GEN_VENDOR_DRIVER_VERSION   0x00010116
#define OID_GEN_RECEIVE_SCALE_CAPABILITIES 0x00010203
#define OID_GEN_RECEIVE_SCALE_PARAMETERS 0x00010204
#define OID_GEN_RNDIS_CONFIG_PARAMETER  0x0001021b
#define OID_GEN_XMIT_OK                 0x00020101
#define OID_GEN_RCV_OK                  0x00020102
#define OID_GEN_XMIT_ERROR              0x00020103
#define OID_GEN_RCV_ERROR               0x00020104
#define OID_GEN_RCV_NO_BUFFER           0x00020105
#define OID_GEN_FRIENDLY_NAME           0x00020216
#define OID_802_3_PERMANENT_ADDRESS     0x01010101
#define OID_802_3_CURRENT_ADDRESS       0x01010102
#define OID_802_3_MULTICAST_LIST        0x01010103
#define OID_802_3_MAXIMUM_LIST_SIZE     0x01010104
#define OID_OFFLOAD_ENCAPSULATION       0x0101010a
#define OID_TCP_OFFLOAD_CURRENT_CONFIG  0xfc01020b
#define OID_TCP_OFFLOAD_PARAMETERS      0xfc01020c
#define OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES 0xfc01020d

#define NDIS_FILTER_DIRECTED            0x01
#define NDIS_FILTER_MULTICAST           0x02
#define NDIS_FILTER_ALL_MULTICAST       0x04
#define NDIS_FILTER_BROADCAST           0x08
#define NDIS_FILTER_PROMISCUOUS         0x20

#define NDIS_TYPE_OFFLOAD               0xa7
#define NDIS_TYPE_RSS_CAPABILITIES      0x88
#define NDIS_TYPE_RSS_PARAMETERS        0x89
#define NDIS_TYPE_DEFAULT               0x80

typedef struct ndis_header {
    uint8_t type;
    uint8_t revision;
    uint16_t size;
} QEMU_PACKED ndis_header;

/* Bits of "checksum": IP options, TCP options, TCP, UDP, the IP header. */
#define NDIS_CSUM_IP_OPTIONS            0x001
#define NDIS_CSUM_TCP_OPTIONS           0x004
#define NDIS_CSUM_TCP                   0x010
#define NDIS_CSUM_UDP                   0x040
#define NDIS_CSUM_IP                    0x100
#define NDIS_ENCAPSULATION_8023         0x2
#define NDIS_LSO_IPV6_EXTENSIONS        0x001
#define NDIS_LSO_IPV6_TCP_OPTIONS       0x004

typedef struct ndis_offload {
    ndis_header header;
    struct {
        uint32_t encapsulation;
        uint32_t checksum;
    } csum[4];                  /* IPv4 tx, rx, IPv6 tx, rx */
    uint32_t lso1[4];
    uint32_t ipsec1[7];
    struct {
        uint32_t encapsulation;
        uint32_t max_size;
        uint32_t min_segments;
    } lso2[2];                  /* IPv4, IPv6 */
    uint32_t lso2_ipv6_options;
    uint32_t flags;
    /* revision 2 */
    uint32_t ipsec2_encapsulation;
    uint8_t ipsec2_bytes[12];
    uint32_t ipsec2[4];
    /* revision 3 */
    uint8_t rsc[2];
    uint8_t padding[2];
    uint32_t encapsulated[2];
} ndis_offload;

#define NDIS_OFFLOAD_SIZE_1     offsetof(ndis_offload, ipsec2_encapsulation)
#define NDIS_OFFLOAD_SIZE_2     offsetof(ndis_offload, rsc)
#define NDIS_OFFLOAD_SIZE_3     sizeof(ndis_offload)

/* Values of the bytes of ndis_offload_params; 0 changes nothing. */
enum {
    NDIS_PARAM_OFF = 1,
    NDIS_PARAM_TX = 2,          /* of LSO: on */
    NDIS_PARAM_RX = 3,
    NDIS_PARAM_TX_RX = 4,
};

typedef struct ndis_offload_params {
    ndis_header header;
    uint8_t ip4_csum;
    uint8_t tcp4_csum;
    uint8_t udp4_csum;
    uint8_t tcp6_csum;
    uint8_t udp6_csum;
    uint8_t lso1;
    uint8_t ipsec1;
    uint8_t lso2_ip4;
    uint8_t lso2_ip6;
} QEMU_PACKED ndis_offload_params;

#define NDIS_HASH_TOEPLITZ      0x00000001
#define NDIS_HASH_IPV4          0x00000100
#define NDIS_HASH_TCP_IPV4      0x00000200
#define NDIS_HASH_IPV6          0x00000400
#define NDIS_HASH_TCP_IPV6      0x00001000
#define NDIS_HASH_FUNCTIONS     0x000000ff

#define NDIS_RSS_TABLE_MAX      128
#define NDIS_RSS_KEY_LEN        40

typedef struct ndis_rss_capabilities {
    ndis_header header;
    uint32_t flags;
    uint32_t messages;
    uint32_t queues;
    uint16_t table_entries;
} QEMU_PACKED ndis_rss_capabilities;

#define NDIS_RSS_CAP_TCP_IPV4   0x00000100
#define NDIS_RSS_CAP_TCP_IPV6   0x00000200

#define NDIS_RSS_HASH_UNCHANGED     0x0002
#define NDIS_RSS_TABLE_UNCHANGED    0x0004
#define NDIS_RSS_KEY_UNCHANGED      0x0008
#define NDIS_RSS_DISABLE            0x0010

typedef struct ndis_rss_parameters {
    ndis_header header;
    uint16_t flags;
    uint16_t base_cpu;
    uint32_t hash;
    uint16_t table_size;        /* in bytes */
    uint16_t padding1;
    uint32_t table_offset;
    uint16_t key_size;
    uint16_t padding2;
    uint32_t key_offset;
} QEMU_PACKED ndis_rss_parameters;

/* The value of OID_GEN_RNDIS_CONFIG_PARAMETER; names and texts are UTF-16. */
typedef struct rndis_config {
    uint32_t name_offset;
    uint32_t name_len;
    uint32_t type;
    uint32_t value_offset;
    uint32_t value_len;
} QEMU_PACKED rndis_config;

#define RNDIS_CONFIG_TEXT       2

#endif
