// SPDX-License-Identifier: GPL-2.0-only
/*
 * The network client of VMBus as a whole against a host that answers well, late,
 * never, twice, to questions that nobody asked and with any bytes; from the first
 * packet to the removal of the device.
 *
 * What must hold: what a NIC is said to be makes sense; each packet is answered
 * once; buffers that the host was lent are let go of only when it has given them
 * back; removal comes to an end whatever the host does.
 */
#include "fuzz.h"

#include <linux/etherdevice.h>

#include "../../hyperv-abi/vmbus_net.h"

#define STEPS		200
#define MAX_CHANS	8
#define MAX_SENT	64
#define DEPTH		8
#define RECV_BYTES	0x10000
#define SECTION		2048

struct packet {
	struct packet *next;
	struct vmpacket_descriptor *desc;
};

static struct chan {
	struct vmbus_channel ch;
	struct packet *first;
	bool open;
} *chans[MAX_CHANS];

/* What the client has sent and waits for. */
static struct sent {
	bool used;
	u64 id;
	struct nvsp_message m;
	void *page;
	struct vmbus_channel *ch;
} sent[MAX_SENT];

static struct {
	u8 *buf;
	u32 size;
} lent[2];

static unsigned int nr_chans, room, steps, recv_at;
static struct hv_device hvdev;

/* main.c */
unsigned int net_ring_bytes(void)
{
	return 4096;
}

unsigned int net_max_channels(void)
{
	return 4;
}

unsigned int net_recv_bytes(void)
{
	return RECV_BYTES;
}

unsigned int net_max_mtu(void)
{
	return 9000;
}

bool net_merges(void)
{
	return true;
}

unsigned int net_copy_max(void)
{
	return 400;
}

void net_settle(void)
{
}

/*
 * VMBus.
 */

static struct chan *to_chan(struct vmbus_channel *ch)
{
	return container_of(ch, struct chan, ch);
}

int vmbus_open(struct vmbus_channel *ch, u32 send, u32 recv, void *data,
	       u32 len, void (*fn)(void *context), void *context)
{
	if (fuzz_byte() == 0xff)
		return -EIO;
	fuzz_assert(!to_chan(ch)->open);
	ch->onchannel_callback = fn;
	ch->channel_callback_context = context;
	to_chan(ch)->open = true;
	return 0;
}

static void drop(struct chan *c)
{
	struct packet *p = c->first;

	c->first = p->next;
	free(p->desc);
	free(p);
}

void vmbus_close(struct vmbus_channel *ch)
{
	unsigned int i;

	fuzz_assert(ch == &chans[0]->ch);
	for (i = 0; i < nr_chans; i++) {
		while (chans[i]->first)
			drop(chans[i]);
		chans[i]->open = false;
		chans[i]->ch.onchannel_callback = NULL;
	}
	memset(sent, 0, sizeof(sent));
}

int vmbus_establish_gpadl(struct vmbus_channel *ch, void *buf, u32 size,
			  struct vmbus_gpadl *gpadl)
{
	unsigned int i = lent[0].buf ? 1 : 0;

	if (fuzz_byte() == 0xff)
		return -EIO;
	fuzz_assert(!lent[i].buf);
	lent[i].buf = buf;
	lent[i].size = size;
	gpadl->gpadl_handle = i + 1;
	return 0;
}

int vmbus_teardown_gpadl(struct vmbus_channel *ch, struct vmbus_gpadl *gpadl)
{
	fuzz_assert(!to_chan(ch)->open);
	lent[gpadl->gpadl_handle - 1].buf = NULL;
	gpadl->gpadl_handle = 0;
	return 0;
}

static int record(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		  void *page)
{
	unsigned int i, n = 0;

	fuzz_assert(to_chan(ch)->open && len == sizeof(struct nvsp_message));
	if (ch->rescind)
		return -ENODEV;
	for (i = 0; i < MAX_SENT; i++)
		n += sent[i].used;
	if (n >= room)
		return -EAGAIN;
	for (i = 0; sent[i].used; i++)
		;
	sent[i] = (struct sent) { .used = true, .id = id, .page = page,
				   .ch = ch };
	memcpy(&sent[i].m, buf, len);
	return 0;
}

int vmbus_sendpacket(struct vmbus_channel *ch, void *buf, u32 len, u64 id,
		     int type, u32 flags)
{
	if (ch->rescind)
		return -ENODEV;
	if (type == VM_PKT_COMP)
		return fuzz_byte() == 0xfe ? -EAGAIN : 0;
	if (!flags) {
		fuzz_assert(!id);
		return room ? 0 : -EAGAIN;
	}
	return record(ch, buf, len, id, NULL);
}

int vmbus_sendpacket_mpb_desc(struct vmbus_channel *ch,
			      struct vmbus_packet_mpb_array *desc, u32 desc_len,
			      void *buf, u32 len, u64 id)
{
	fuzz_assert(desc->rangecount && desc->rangecount <= XHV_NET_MAX_FRAGS);
	return record(ch, buf, len, id,
		      pfn_to_kaddr(desc->range.pfn_array[0]));
}

struct vmpacket_descriptor *hv_pkt_iter_first(struct vmbus_channel *ch)
{
	struct chan *c = to_chan(ch);

	return c->first ? c->first->desc : NULL;
}

struct vmpacket_descriptor *
__hv_pkt_iter_next(struct vmbus_channel *ch,
		   const struct vmpacket_descriptor *desc)
{
	drop(to_chan(ch));
	return hv_pkt_iter_first(ch);
}

void hv_begin_read(struct hv_ring_buffer_info *rbi)
{
	rbi->reading = true;
}

u32 hv_end_read(struct hv_ring_buffer_info *rbi)
{
	struct vmbus_channel *ch = container_of(rbi, struct vmbus_channel,
						inbound);

	rbi->reading = false;
	return hv_pkt_iter_first(ch) ? 64 : fuzz_byte() == 0xfe ? 8 : 0;
}

static void run_polls(void)
{
	struct nic *nic = hv_get_drvdata(&hvdev);
	unsigned int i, n;
	int budget, done;

	for (i = 0; nic && i < nic->nr_chans; i++) {
		struct napi_struct *napi = &nic->chans[i]->napi;

		for (n = 0; n < 64 && napi->scheduled && napi->enabled; n++) {
			budget = 1 + fuzz_byte() % 64;
			done = napi->poll(napi, budget);
			fuzz_assert(done >= 0 && done <= budget);
			fuzz_assert(done < budget || napi->scheduled);
		}
	}
	/* The first channel is in no table while it is being opened. */
}

#include "vmnet_vif.h"

/*
 * The host.
 */

static void put(struct chan *c, u16 type, u64 id, const void *head, u32 head_len,
		const void *data, u32 len)
{
	struct packet *p, **at = &c->first;
	u32 size = 16 + head_len + round_up(len, 8);

	if (!c->open)
		return;
	p = calloc(1, sizeof(*p));
	p->desc = calloc(1, size);
	p->desc->type = type;
	p->desc->offset8 = (16 + head_len) / 8;
	p->desc->len8 = size / 8;
	p->desc->trans_id = id;
	if (head_len)
		memcpy(p->desc + 1, head, head_len);
	memcpy((u8 *)(p->desc + 1) + head_len, data, len);
	while (*at)
		at = &(*at)->next;
	*at = p;
	c->ch.onchannel_callback(c->ch.channel_callback_context);
}

/* A message in the next section of the receive buffer. */
static void put_rndis(struct chan *c, const void *msg, u32 len)
{
	struct {
		u16 id;
		u16 pad;
		u32 count;
		u32 bytes;
		u32 offset;
	} __packed head = { NVSP_RECV_BUFFER_ID, 0, 1, len, recv_at };
	u32 type = NVSP_SEND_RNDIS, n;

	if (!lent[0].buf || recv_at + len > lent[0].size)
		return;
	memcpy(lent[0].buf + recv_at, msg, len);
	recv_at = (recv_at + SECTION) % RECV_BYTES;
	n = fuzz_byte();
	if (n == 0xf0)
		head.count = fuzz_byte();
	if (n == 0xf1)
		head.offset = fuzz_u32();
	if (n == 0xf2)
		head.bytes = fuzz_u32();
	put(c, VM_PKT_DATA_USING_XFER_PAGES, fuzz_byte(), &head, sizeof(head),
	    &type, sizeof(type));
}

static u32 answer_oid(u32 oid, u8 *data)
{
	struct ndis_offload *o = (void *)data;
	struct ndis_rss_caps *caps = (void *)data;

	switch (oid) {
	case RNDIS_OID_802_3_PERMANENT_ADDRESS:
		memcpy(data, "\0\x15\x5d\1\2\3", 6);
		return 6;
	case OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES:
		o->hdr = (struct ndis_header) { NDIS_TYPE_OFFLOAD, 3, sizeof(*o) };
		o->csum.ip4_tx = 0x154;
		o->csum.ip6_tx = 0x55;
		o->lso_v2.ip4_encap = 2;
		o->lso_v2.ip4_max = 60000;
		return sizeof(*o);
	case OID_GEN_RECEIVE_SCALE_CAPABILITIES:
		caps->hdr.type = NDIS_TYPE_RSS_CAPABILITIES;
		caps->nr_queues = 4;
		caps->nr_entries = 128;
		return sizeof(*caps);
	case RNDIS_OID_GEN_MAXIMUM_FRAME_SIZE:
		data[0] = 0xdc;
		data[1] = 5;
		return 4;
	}
	return 4;
}

static void answer_rndis(const struct rndis_request *r)
{
	struct {
		struct rndis_reply r;
		u8 data[256];
	} m = { };
	u32 len = 16, n = fuzz_byte();

	m.r.hdr.type = r->hdr.type | RNDIS_MSG_COMPLETION;
	m.r.id = r->id;
	if (r->hdr.type == RNDIS_MSG_INIT)
		len = offsetofend(struct rndis_reply, init);
	if (r->hdr.type == RNDIS_MSG_QUERY) {
		m.r.query.len = answer_oid(r->object.oid, (u8 *)&m + 24);
		m.r.query.offset = 16;
		len = 24 + m.r.query.len;
	}
	m.r.hdr.len = len;
	if (n >= 0xe0)
		fuzz_bytes((u8 *)&m + (n & 31) * 4, 4);
	if (n == 0xd0)
		fuzz_bytes(m.data, sizeof(m.data));
	if (n == 0xd1)
		put_rndis(chans[0], &m, len);
	if (n != 0xd2)
		put_rndis(chans[0], &m, len);
}

static void new_channels(unsigned int n)
{
	struct vmbus_channel *primary = &chans[0]->ch;

	while (n-- && nr_chans < MAX_CHANS && primary->sc_creation_callback) {
		struct chan *c = calloc(1, sizeof(*c));

		chans[nr_chans] = c;
		c->ch.primary_channel = primary;
		c->ch.target_cpu = nr_chans % 4;
		c->ch.offermsg.offer.sub_channel_index = nr_chans++;
		primary->sc_creation_callback(&c->ch);
	}
}

static void answer(struct sent *s)
{
	struct chan *c = chans[fuzz_byte() % nr_chans];
	struct nvsp_message m = { };
	struct rndis_request r;
	u8 raw[64], how = fuzz_byte();
	u32 len = 28;
	u64 id = s->id;
	bool control = s->m.type == NVSP_SEND_RNDIS &&
		       s->m.rndis.channel_type == NVSP_RNDIS_CONTROL;

	m.type = s->m.type + 1;
	m.init_complete.version = 0;
	switch (s->m.type) {
	case NVSP_INIT:
		m.init_complete.status = NVSP_STATUS_SUCCESS;
		break;
	case NVSP_SEND_RECV_BUFFER:
		m.recv_buffer_complete.status = NVSP_STATUS_SUCCESS;
		m.recv_buffer_complete.nr_sections = 1;
		m.recv_buffer_complete.section.size = SECTION;
		m.recv_buffer_complete.section.count = RECV_BYTES / SECTION;
		break;
	case NVSP_SEND_SEND_BUFFER:
		m.send_buffer_complete.status = NVSP_STATUS_SUCCESS;
		m.send_buffer_complete.section_size = 6144;
		break;
	case NVSP_SUBCHANNEL:
		m.type = NVSP_SUBCHANNEL;
		m.subchannel_complete.status = NVSP_STATUS_SUCCESS;
		m.subchannel_complete.count = s->m.subchannel.count;
		break;
	case NVSP_SEND_RNDIS:
		m.rndis_complete.status = NVSP_STATUS_SUCCESS;
		len = 8;
		break;
	}
	if (control)
		memcpy(&r, s->page, sizeof(r));
	s->used = false;
	memset(raw, 0, sizeof(raw));
	memcpy(raw, &m, sizeof(m));
	if (how >= 0xe0)
		fuzz_bytes(raw + (how & 7) * 4, 4);
	if (how == 0xd0)
		len = fuzz_byte() % sizeof(raw);
	if (how == 0xd1)
		id = fuzz_u32() | (u64)fuzz_u32() << 32;
	if (how == 0xd2)
		put(c, VM_PKT_COMP, id, NULL, 0, raw, len);
	if (how == 0xd3)
		put(c, fuzz_byte() % 16, id, NULL, 0, raw, len);
	put(c, VM_PKT_COMP, id, NULL, 0, raw, len);
	if (control)
		answer_rndis(&r);
	if (s->m.type == NVSP_SUBCHANNEL)
		new_channels(fuzz_byte() == 0xff ? MAX_CHANS :
			     s->m.subchannel.count);
}

static void rescind(void)
{
	unsigned int i;

	for (i = 0; i < nr_chans; i++)
		chans[i]->ch.rescind = true;
	memset(sent, 0, sizeof(sent));
}

/* Only a sub-channel: what was sent there gets no answer. */
static void lose_channel(struct chan *c)
{
	unsigned int i;

	c->ch.rescind = true;
	for (i = 0; i < MAX_SENT; i++)
		if (sent[i].used && sent[i].ch == &c->ch)
			sent[i].used = false;
}

static void put_frame(void)
{
	u8 msg[256] = { };
	u32 m[] = { RNDIS_MSG_PACKET, 44 + 64, 36, 64 }, how = fuzz_byte();

	memcpy(msg, m, sizeof(m));
	msg[60] = fuzz_byte();
	if (how == 1)
		fuzz_bytes(msg, 44);
	if (how == 2)
		fuzz_bytes(msg + fuzz_byte() % 44, 1);
	if (how == 3) {
		u32 ind[] = { RNDIS_MSG_INDICATE, 20, fuzz_byte() & 1 ?
			      RNDIS_STATUS_MEDIA_CONNECT :
			      RNDIS_STATUS_NETWORK_CHANGE, 0, 0 };

		memcpy(msg, ind, sizeof(ind));
	}
	put_rndis(chans[fuzz_byte() % nr_chans], msg, 108);
}

bool fuzz_world(void)
{
	unsigned int i, n = fuzz_byte();

	run_polls();
	if (n == 0xfd) {
		rescind();
		return true;
	}
	if (n == 0xfc)
		return false;	/* nothing for a long time */
	if (n >= 0xf8 && fuzz_left) {
		put_frame();
		run_polls();
		return true;
	}
	for (i = 0; i < MAX_SENT; i++) {
		if (sent[(i + n) % MAX_SENT].used) {
			answer(&sent[(i + n) % MAX_SENT]);
			run_polls();
			return true;
		}
	}
	if (fuzz_left)
		return true;
	/* Whoever still waits, waits for a host that is no more. */
	rescind();
	return false;
}

static void step(struct nic *nic, u8 what)
{
	struct xhv_net_queue *q = vif.q[what >> 3 & 3];
	unsigned int i;

	switch (what % 8) {
	default:
		submit();
		break;
	case 2:
		if (what == 0xfa && nr_chans > 1)
			lose_channel(chans[1]);
		fuzz_world();
		break;
	case 3:
		room = fuzz_byte() % MAX_SENT;
		break;
	case 4:
		put_frame();
		break;
	case 5:
		fuzz_now += (s64)fuzz_byte() * 100 * NSEC_PER_USEC;
		for (i = 0; i < nic->nr_chans; i++) {
			fuzz_run_timer(&nic->chans[i]->again);
			fuzz_run_irq_work(&nic->chans[i]->wake);
		}
		run_polls();
		break;
	case 6:
		if (q) {
			q->dev->ops->rx_resume(q);
			run_polls();
		}
		break;
	case 7:
		room = MAX_SENT;
		if (nic->link.queued) {
			nic->link.queued = false;
			nic->link.work.fn(&nic->link.work);
		} else if (q) {
			q->dev->ops->queue_set_cpu(q, fuzz_byte() % 4);
		}
		break;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	unsigned int i;
	struct nic *nic;

	fuzz_begin(data, size);
	memset(sent, 0, sizeof(sent));
	memset(lent, 0, sizeof(lent));
	memset(&vif, 0, sizeof(vif));
	memset(&hvdev, 0, sizeof(hvdev));
	room = MAX_SENT;
	steps = 0;
	recv_at = 0;
	nr_chans = 1;
	chans[0] = calloc(1, sizeof(*chans[0]));
	chans[0]->ch.device_obj = &hvdev;
	hvdev.channel = &chans[0]->ch;
	i = fuzz_byte();
	fuzz_fail_alloc = i > 0xf0 ? i & 15 : -1;
	if (!net_probe(&hvdev)) {
		fuzz_fail_alloc = -1;
		nic = hv_get_drvdata(&hvdev);
		while (fuzz_left && steps++ < STEPS)
			step(nic, fuzz_byte());
		net_remove(&hvdev);
	}
	fuzz_assert(!vif.dev && !lent[0].buf && !lent[1].buf);
	fuzz_forget_pages();
	for (i = 0; i < nr_chans; i++)
		free(chans[i]);
	return 0;
}
