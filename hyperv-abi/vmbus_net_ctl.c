// SPDX-License-Identifier: GPL-2.0-only
/*
 * What somebody asks the host and waits for: NVSP's steps of the initialisation,
 * and RNDIS requests inside of NVSP, whose answers are messages of their own.
 *
 * Process context but for net_ctl_answer() and net_ctl_message(), which a poll
 * calls. One conversation at a time, under nic->ctl_lock.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "../include/compat.h"
#include "vmbus_net.h"

/* A host may be busy, it may not be silent. */
#define ANSWER_LOOK	(HZ / 2)
#define ANSWER_LOOKS	60
/* The data path may fill the channel: how often and how long to wait for room. */
#define ROOM_TRIES	250
#define ROOM_DELAY_MS	20
/* Of an RNDIS message; what Linux tells its hosts. */
#define MAX_TRANSFER	0x4000

/* A host that takes the device away has told all that it has to tell. */
static bool answered(struct nic *nic, struct completion *done)
{
	const struct vmbus_channel *ch = nic->hvdev->channel;
	unsigned int i;

	for (i = 0; i < ANSWER_LOOKS && !READ_ONCE(ch->rescind); i++)
		if (wait_for_completion_timeout(done, ANSWER_LOOK))
			return true;
	return false;
}

/* With @page_len bytes of nic->ctl_page. */
static int send_once(struct nic *nic, struct nvsp_message *m, u32 page_len,
		     u64 id, bool answer)
{
	struct vmbus_channel *ch = nic->hvdev->channel;
	struct {
		struct vmbus_packet_mpb_array desc;
		u64 pfn;
	} __packed data = { };

	if (!page_len)
		return vmbus_sendpacket(ch, m, sizeof(*m), id,
					VM_PKT_DATA_INBAND, answer ?
					VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED : 0);
	data.desc.rangecount = 1;
	data.desc.range.len = page_len;
	data.pfn = virt_to_hvpfn(nic->ctl_page);
	return vmbus_sendpacket_mpb_desc(ch, &data.desc, sizeof(data), m,
					 sizeof(*m), id);
}

static int send(struct nic *nic, struct nvsp_message *m, u32 page_len, u64 id,
		bool answer)
{
	unsigned int try = 0;
	int err;

	for (;;) {
		err = send_once(nic, m, page_len, id, answer);
		if (err != -EAGAIN || ++try == ROOM_TRIES)
			return err;
		msleep(ROOM_DELAY_MS);
	}
}

int net_tell(struct nic *nic, struct nvsp_message *m)
{
	return send(nic, m, 0, 0, false);
}

static int converse(struct nic *nic, struct nvsp_message *m, u32 page_len,
		    enum nvsp_type want)
{
	static atomic_t sequence = ATOMIC_INIT(0);
	u64 id;
	int err;

	lockdep_assert_held(&nic->ctl_lock);
	if (nic->dead)
		return -ETIMEDOUT;
	reinit_completion(&nic->ctl_done);
	nic->ctl_want = want;
	/* An answer that comes too late names an id that is not awaited. */
	id = (u64)(u32)atomic_inc_return(&sequence) << NET_ID_USE_SHIFT |
	     NET_ID_CTL;
	smp_store_release(&nic->ctl_id, id);	/* pairs with net_ctl_answer() */
	err = send(nic, m, page_len, id, true);
	if (err) {
		WRITE_ONCE(nic->ctl_id, 0);
		return err;
	}
	if (!answered(nic, &nic->ctl_done)) {
		WRITE_ONCE(nic->ctl_id, 0);
		nic->dead = true;
		return READ_ONCE(nic->hvdev->channel->rescind) ?
		       -ENODEV : -ETIMEDOUT;
	}
	return nic->ctl_ok ? 0 : -EPROTO;
}

int net_ask(struct nic *nic, struct nvsp_message *m, enum nvsp_type want)
{
	return converse(nic, m, 0, want);
}

void net_ctl_answer(struct nic *nic, u64 id, const void *data, u32 len)
{
	if (cmpxchg(&nic->ctl_id, id, 0) != id) {
		net_bogus(nic);
		return;
	}
	nic->ctl_ok = nvsp_copy_reply(&nic->ctl_reply, data, len,
				      nic->ctl_want);
	if (!nic->ctl_ok)
		net_bogus(nic);
	complete(&nic->ctl_done);
}

static void take_reply(struct nic *nic, const void *msg, u32 len)
{
	u32 id;

	if (len < offsetofend(struct rndis_reply, status)) {
		net_bogus(nic);
		return;
	}
	memcpy(&id, msg + offsetof(struct rndis_reply, id), sizeof(id));
	if (!id || cmpxchg(&nic->rndis_id, id, 0) != id) {
		net_bogus(nic);
		return;
	}
	nic->reply_len = rndis_rx_reply(msg, len, &nic->reply, nic->reply_data,
					PAGE_SIZE);
	complete(&nic->rndis_done);
}

static void link_event(struct nic *nic, unsigned int event)
{
	set_bit(event, &nic->link_events);
	mod_delayed_work(system_wq, &nic->link, 0);
}

void net_ctl_message(struct nic *nic, const void *msg,
		     const struct rndis_header *hdr)
{
	switch (hdr->type) {
	case RNDIS_MSG_INIT_C:
	case RNDIS_MSG_QUERY_C:
	case RNDIS_MSG_SET_C:
		take_reply(nic, msg, hdr->len);
		return;
	case RNDIS_MSG_INDICATE:
		switch (rndis_rx_status(msg, hdr->len)) {
		case 0:
			break;
		case RNDIS_STATUS_MEDIA_CONNECT:
			link_event(nic, NET_LINK_UP);
			return;
		case RNDIS_STATUS_MEDIA_DISCONNECT:
			link_event(nic, NET_LINK_DOWN);
			return;
		case RNDIS_STATUS_NETWORK_CHANGE:
			link_event(nic, NET_LINK_CHANGED);
			return;
		default:
			/* Of speed, of offloads, and of whatever there will be. */
			return;
		}
		break;
	}
	net_bogus(nic);
}

/* Sends what is in nic->ctl_page; the answer is in nic->reply. */
static int request(struct nic *nic, u32 len, u32 id, u32 want)
{
	struct nvsp_message m = { .type = NVSP_SEND_RNDIS };
	int err;

	m.rndis.channel_type = NVSP_RNDIS_CONTROL;
	m.rndis.section = NVSP_NO_SECTION;
	reinit_completion(&nic->rndis_done);
	smp_store_release(&nic->rndis_id, id);	/* pairs with take_reply() */
	err = converse(nic, &m, len, NVSP_SEND_RNDIS_COMPLETE);
	if (!err && nic->ctl_reply.rndis_complete.status != NVSP_STATUS_SUCCESS)
		err = -EIO;
	if (!err && !answered(nic, &nic->rndis_done))
		err = -ETIMEDOUT;
	if (err) {
		/* If it is being answered now, that ends soon, in softirq. */
		if (cmpxchg(&nic->rndis_id, id, 0) != id)
			synchronize_net();
		return err;
	}
	if (nic->reply_len < 0 || nic->reply.hdr.type != want)
		return -EPROTO;
	return nic->reply.status == RNDIS_STATUS_SUCCESS ? nic->reply_len : -EIO;
}

/* Never 0. */
static u32 new_id(void)
{
	static atomic_t sequence = ATOMIC_INIT(0);

	return (u32)atomic_inc_return(&sequence) ?: atomic_inc_return(&sequence);
}

int net_rndis_init(struct nic *nic)
{
	u32 id = new_id();
	int ret;

	mutex_lock(&nic->ctl_lock);
	ret = request(nic, rndis_build_init(nic->ctl_page, id, MAX_TRANSFER), id,
		      RNDIS_MSG_INIT_C);
	mutex_unlock(&nic->ctl_lock);
	return ret < 0 ? ret : 0;
}

int net_query(struct nic *nic, u32 oid, const void *ask, u32 ask_len,
	      void *data, u32 room)
{
	u32 id = new_id();
	int ret;

	mutex_lock(&nic->ctl_lock);
	ret = request(nic, rndis_build_query(nic->ctl_page, id, oid, ask,
					     ask_len), id, RNDIS_MSG_QUERY_C);
	if (ret > 0) {
		ret = min_t(u32, ret, room);
		memcpy(data, nic->reply_data, ret);
	}
	mutex_unlock(&nic->ctl_lock);
	return ret;
}

int net_set(struct nic *nic, u32 oid, const void *data, u32 len)
{
	u32 id = new_id();
	int ret;

	mutex_lock(&nic->ctl_lock);
	ret = request(nic, rndis_build_set(nic->ctl_page, id, oid, data, len),
		      id, RNDIS_MSG_SET_C);
	mutex_unlock(&nic->ctl_lock);
	return ret < 0 ? ret : 0;
}

int net_set_rss(struct nic *nic)
{
	unsigned int i, n = 0, nr_chans = net_nr_chans(nic);
	u8 used[NET_MAX_CHANNELS], table[RSS_MAX_TABLE];
	u8 params[RNDIS_RSS_ROOM] __aligned(4);
	struct net_chan *c;
	struct net_queue *sq;
	int err;

	if (!nic->rss_entries)
		return 0;
	rcu_read_lock();
	for (i = 0; i < nr_chans; i++) {
		c = nic->chans[i];
		sq = rcu_dereference(c->rxq);
		if (sq && READ_ONCE(sq->chan) == c)
			used[n++] = c->ch->offermsg.offer.sub_channel_index;
	}
	rcu_read_unlock();
	if (!n)
		return 0;
	for (i = 0; i < nic->rss_entries; i++)
		table[i] = used[i % n];
	/* A host changes nothing while it is on. */
	err = net_set(nic, OID_GEN_RECEIVE_SCALE_PARAMETERS, params,
		      rndis_set_rss(params, table, nic->rss_entries, true));
	return err ?: net_set(nic, OID_GEN_RECEIVE_SCALE_PARAMETERS, params,
			      rndis_set_rss(params, table, nic->rss_entries,
					    false));
}

int net_set_filter(struct xhv_net_dev *dev, unsigned int filter)
{
	struct nic *nic = container_of(dev, struct nic, dev);
	u32 bits = 0;

	if (filter & XHV_NET_FILTER_DIRECTED)
		bits |= RNDIS_PACKET_TYPE_DIRECTED;
	if (filter & XHV_NET_FILTER_BROADCAST)
		bits |= RNDIS_PACKET_TYPE_BROADCAST;
	if (filter & XHV_NET_FILTER_ALL_MULTICAST)
		bits |= RNDIS_PACKET_TYPE_ALL_MULTICAST;
	if (filter & XHV_NET_FILTER_PROMISCUOUS)
		bits = RNDIS_PACKET_TYPE_PROMISCUOUS;
	/* All queues are open. Without it the host uses one channel. */
	if (filter)
		net_set_rss(nic);
	return net_set(nic, RNDIS_OID_GEN_CURRENT_PACKET_FILTER, &bits,
		       sizeof(bits));
}
