/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VMBus synthetic NIC: what its files share.
 *
 * Everything runs in the main loop under the BQL: the workers of all channels,
 * callbacks of the net layer, bottom halves and device reset.
 */

#ifndef HW_HYPERV_VMBUS_NET_H
#define HW_HYPERV_VMBUS_NET_H

#include "hw/hyperv/vmbus.h"
#include "net/net.h"
#include "net/eth.h"
#include "qemu/units.h"
#include "nvsp-proto.h"

#define TYPE_VMBUS_NET "vmbus-net"
OBJECT_DECLARE_SIMPLE_TYPE(VMBusNet, VMBUS_NET)

/* RNDIS packets in one NVSP message from the guest, and alignment of each. */
#define NET_MAX_PACKETS         8
#define NET_ALIGN_SHIFT         3
/* Bytes of a send-buffer section, and of all that one message brings. */
#define NET_SEND_SECTION        6144
#define NET_MAX_MESSAGE         (128 * KiB)
/* Bytes of a frame that is to be segmented. */
#define NET_LSO_MAX             (64 * KiB - 1)
/* What a receive section has besides a frame of the greatest length. */
#define NET_RECV_HEADROOM       214
#define NET_RECV_BUF_MAX        (32 * MiB)
#define NET_RECV_SECTIONS_MIN   8
/* Bytes of a VLAN tag. */
#define NET_TAG_LEN             4
/* Sections that packets leave for answers to RNDIS requests. */
#define NET_RECV_RESERVE        2
/* Frames that are told to the guest in one packet. */
#define NET_MAX_BATCH           32
/* Answers that wait for a section or for the ring. */
#define NET_MAX_CONTROL         64

#define NET_NO_INDEX            UINT32_MAX

/* Counters, each a property of stats; net_stat_names has the names. */
typedef enum NetStat {
    NET_TX_PACKETS,             /* frames handed to the net layer */
    NET_TX_BYTES,
    NET_TX_MESSAGES,            /* NVSP messages with data */
    NET_TX_SECTION,             /* of these, with a send-buffer section */
    NET_TX_PAGES,               /* of these, with a page list */
    NET_TX_LSO,                 /* frames that came for segmentation */
    NET_TX_LSO_BYTES,
    NET_TX_LSO_IPV6,
    NET_TX_CSUM,                /* frames that came without checksum */
    NET_TX_VLAN,
    NET_TX_SEGMENTS,            /* what was made of LSO frames here */
    NET_TX_LINK_DOWN,           /* dropped */
    NET_TX_BAD,                 /* refused: not what the protocol allows */
    NET_TX_TOO_LONG,            /* refused */
    NET_TX_WAITS,               /* times that the net layer made us wait */
    NET_RX_PACKETS,
    NET_RX_BYTES,
    NET_RX_MESSAGES,            /* packets in the ring with frames */
    NET_RX_VLAN,
    NET_RX_CSUM_GOOD,
    NET_RX_CSUM_BAD,
    NET_RX_HASHED,
    NET_RX_FILTERED,            /* not for this guest */
    NET_RX_CLOSED,              /* dropped: the guest has not opened it */
    NET_RX_TOO_LONG,            /* dropped */
    NET_RX_SHORT,               /* dropped */
    NET_RX_NO_ROOM,             /* times that the net layer had to wait */
    NET_RX_REFUSED,             /* the guest's completion was no success */
    NET_RX_BAD_COMPLETION,      /* of no transaction under way */
    NET_RX_LOST,                /* not written: the guest's buffer is no RAM */
    NET_CONTROL,                /* RNDIS requests */
    NET_CONTROL_BAD,
    NET_FAULTS,                 /* what the bad host has done */
    NET_STATS,
} NetStat;

typedef struct NetChannel {
    VMBusNet *s;
    VMBusChannel *chan;
    bool open;
    /* Frames that are in sections and not told yet. */
    unsigned batch_len;
    vmbus_xferpg_range batch[NET_MAX_BATCH];
    uint32_t batch_first;
    uint32_t batch_last;
    /* Of frames. */
    uint64_t tx_packets;
    uint64_t rx_packets;
} NetChannel;

/*
 * A section of the receive buffer.  Those of one packet are a chain that the
 * guest gives back as a whole; its first one has the transaction's number.
 */
typedef struct NetSection {
    uint32_t next;
    uint32_t serial;
    uint16_t channel;
    bool is_first;
    bool is_control;
} NetSection;

typedef struct NetControl {
    QTAILQ_ENTRY(NetControl) link;
    uint32_t len;
    uint8_t data[];
} NetControl;

/* How the NIC stands to the guest. */
enum {
    NET_OFFERED,
    /* the link is down, and the guest comes to rest */
    NET_LEAVING,
    NET_GONE,
};

/*
 * What a host can do wrong; see net_fault_names.  Before UNKNOWN_ID with what
 * the guest receives, from there on with the completion of what it sends.
 */
enum {
    NET_FAULT_NONE,
    NET_FAULT_RNDIS_LONG,
    NET_FAULT_RNDIS_SHORT,
    NET_FAULT_RNDIS_TYPE,
    NET_FAULT_DATA_OFFSET,
    NET_FAULT_DATA_LENGTH,
    NET_FAULT_RUNT,
    NET_FAULT_INFO_OFFSET,
    NET_FAULT_INFO_LENGTH,
    NET_FAULT_INFO_SIZE,
    NET_FAULT_INFO_ZERO,
    NET_FAULT_OVERSIZE,
    NET_FAULT_RANGE_OUTSIDE,
    NET_FAULT_RANGE_WRAP,
    NET_FAULT_RANGE_SHORT,
    NET_FAULT_RANGE_COUNT,
    NET_FAULT_BUFFER_ID,
    NET_FAULT_NVSP_TYPE,
    NET_FAULT_NVSP_SHORT,
    NET_FAULT_PACKET_TYPE,
    NET_FAULT_ANSWER,
    NET_FAULT_INDICATE,
    NET_FAULT_SEND_TABLE,
    NET_FAULT_VF,
    NET_FAULT_UNKNOWN_ID,
    NET_FAULT_TWICE,
    NET_FAULT_SHORT,
    NET_FAULT_STATUS,
    NET_FAULT_STALL,
    NET_FAULT_SUB_CHANNELS,
};

/* Which checksums the guest has asked for. */
enum {
    NET_CSUM_IP4,
    NET_CSUM_TCP4,
    NET_CSUM_UDP4,
    NET_CSUM_TCP6,
    NET_CSUM_UDP6,
    NET_CSUMS,
};

struct VMBusNet {
    VMBusDevice parent_obj;

    NICState *nic;
    NICConf conf;
    NetChannel *channels;

    /* Properties. */
    uint16_t max_channels;
    uint32_t max_version;
    uint32_t max_mtu;
    uint32_t speed;             /* in Mbit/s */
    bool offer_csum;
    bool offer_lso;
    char *friendly_name;
    uint16_t max_batch;
    bool surprise_rescind;
    uint8_t fault;

    /* Presence. */
    uint8_t presence;
    QEMUTimer *leave_timer;
    int64_t leave_began;
    int64_t last_tx;

    /* NVSP; zero before there is a version. */
    bool primary_open;
    uint32_t version;
    uint32_t msg_size;
    uint32_t mtu;               /* without the Ethernet header */
    bool vlan;
    bool sub_channels_asked;
    uint32_t sub_channels;
    bool table_due;
    uint32_t send_table[NVSP_SEND_TABLE_SIZE];
    bool send_table_set;

    /* The guest's buffers. */
    VMBusGpadl *send_buf;
    uint32_t send_buf_len;
    uint16_t send_id;
    VMBusGpadl *recv_buf;
    uint16_t recv_id;
    uint32_t section_size;
    uint32_t num_sections;
    NetSection *sections;
    uint32_t *free_sections;
    uint32_t num_free;
    uint32_t serial;

    /* RNDIS. */
    bool initialized;
    uint32_t filter;
    uint8_t mac[ETH_ALEN];
    uint8_t tx_csum[NET_CSUMS];
    uint8_t rx_csum[NET_CSUMS];
    bool lso4, lso6;
    bool rss;
    uint32_t rss_hash;
    unsigned rss_table_len;
    uint32_t rss_table[NDIS_RSS_TABLE_MAX];
    uint8_t rss_key[NDIS_RSS_KEY_LEN];
    QTAILQ_HEAD(, NetControl) control;
    unsigned num_control;

    /* The net layer. */
    bool vnet;                  /* the peer takes virtio's header */
    unsigned tx_waiting;        /* frames that it has queued */
    bool rx_blocked;
    QEMUBH *rx_bh;
    uint8_t *tx_data;           /* NET_MAX_MESSAGE bytes, the guest's copy */

    uint64_t stats[NET_STATS];
};

/* What is in a frame; offsets are from its beginning. */
typedef struct NetFrame {
    uint16_t l3;                /* 0: neither IPv4 nor IPv6 */
    uint16_t l4;                /* 0: no TCP or UDP header in full */
    uint16_t payload;
    uint8_t protocol;           /* IP_PROTO_TCP, IP_PROTO_UDP */
    bool ipv6;
    bool fragment;
    uint32_t l4_len;            /* of header and data, as the IP header says */
} NetFrame;

typedef struct NetReq {
    VMBusChanReq vmreq;     /* first: allocated by vmbus_channel_recv_peek */
} NetReq;

/* vmbus-net.c */
void net_stat(VMBusNet *s, NetStat stat);
void net_stat_add(VMBusNet *s, NetStat stat, uint64_t n);

/* vmbus-net-nvsp.c */
/* Handle a message; what is then in @msg is the completion. */
void net_handle(NetChannel *nc, NetReq *r, nvsp_msg *msg);
/*
 * Send the table that says which channel to send what on, if it is due.  It is
 * for channels that are open, so it comes when the last one has been opened.
 */
void net_send_table(VMBusNet *s);
void net_nvsp_reset(VMBusNet *s);

/* vmbus-net-frame.c */
void net_frame_parse(const uint8_t *data, uint32_t len, NetFrame *f);
uint32_t net_sum(const uint8_t *data, uint32_t len, uint32_t sum);
void net_ip_csum(uint8_t *data, const NetFrame *f);
/*
 * Put in a checksum of TCP or UDP; @f must have an l4.  @data has @len bytes
 * from there, an even number, and @payload what follows them.
 */
void net_fill_csum(uint8_t *data, const NetFrame *f, uint32_t len,
                   const uint8_t *payload, uint32_t payload_len);
/* Complete a sum; at @offset is that of the pseudo header. */
void net_fill_partial(uint8_t *data, uint32_t len, uint32_t offset);
/* Only the pseudo header's sum, as whoever completes it wants it. */
void net_fill_pseudo(uint8_t *data, const NetFrame *f, uint32_t len);
bool net_l4_csum_ok(const uint8_t *data, const NetFrame *f);
bool net_ip_csum_ok(const uint8_t *data, const NetFrame *f);
bool net_rss_hash(VMBusNet *s, const uint8_t *data, const NetFrame *f,
                  uint32_t *hash);
int net_csum_kind(const NetFrame *f);

/* vmbus-net-tx.c */
/* Process an RNDIS message with data; returns an NVSP status. */
uint32_t net_transmit(NetChannel *nc, const uint8_t *data, uint32_t len);
void net_tx_sent(NetClientState *nc, ssize_t len);

/* vmbus-net-rx.c */
bool net_can_receive(NetClientState *nc);
ssize_t net_receive(NetClientState *nc, const uint8_t *buf, size_t size);
int net_recv_buf_set(VMBusNet *s, VMBusChannel *chan, uint32_t gpadl,
                     uint16_t id);
void net_recv_buf_drop(VMBusNet *s);
void net_recv_completion(NetChannel *nc, uint64_t id, uint32_t status);
void net_recv_close(NetChannel *nc);
void net_rx_flush(VMBusNet *s);
void net_rx_bh(void *opaque);
/*
 * Put an RNDIS message from @iov into a section.  Returns the section, or
 * NET_NO_INDEX; not more than @reserve sections may be left for that.
 */
uint32_t net_section_fill(VMBusNet *s, const struct iovec *iov, unsigned cnt,
                          uint32_t len, uint32_t reserve);
bool net_send_sections(NetChannel *nc, vmbus_xferpg_range *ranges,
                       unsigned count, uint32_t first, bool control);

/* vmbus-net-fault.c */
/* Before frames are sent, and a completion. */
void net_fault_receive(NetChannel *nc);
void net_fault_completion(NetChannel *nc, uint64_t id, nvsp_msg *msg);
void net_fault_class_init(ObjectClass *klass);

/* vmbus-net-rndis.c */
void net_rndis_request(VMBusNet *s, const uint8_t *data, uint32_t len);
void net_rndis_reset(VMBusNet *s);
void net_indicate(VMBusNet *s, uint32_t status);
void net_indicate_speed(VMBusNet *s);
void net_control_flush(VMBusNet *s);
void net_control_drop(VMBusNet *s);

/* vmbus-net-oid.c */
/* The greatest answer: OID_GEN_RECEIVE_SCALE_PARAMETERS. */
#define NET_OID_MAX     (sizeof(ndis_rss_parameters) + \
                         NDIS_RSS_TABLE_MAX * 4 + NDIS_RSS_KEY_LEN)
/*
 * Returns the length of the answer in @out, which has NET_OID_MAX bytes; 0: not
 * supported.
 */
uint32_t net_oid_query(VMBusNet *s, uint32_t oid, const uint8_t *in,
                       uint32_t in_len, uint8_t *out);
/* Returns an RNDIS status. */
uint32_t net_oid_set(VMBusNet *s, uint32_t oid, const uint8_t *in,
                     uint32_t len);
/* In units of 100 bit/s, as many as the field holds. */
uint32_t net_speed(VMBusNet *s);

#endif
