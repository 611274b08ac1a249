// SPDX-License-Identifier: GPL-2.0-only
/*
 * A storage controller on VMBus: opening its channels, agreeing on a protocol,
 * commands that somebody waits for, and giving everything back.
 *
 * Process context throughout. The sequence is the one that a host expects
 * (drivers/scsi/storvsc_drv.c): begin, version, properties, end, sub-channels.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "../include/compat.h"
#include "storage.h"

/* A host may be busy, it may not be silent. */
#define ANSWER_LOOK		(HZ / 2)
#define ANSWER_LOOKS		60
#define SUB_CHANNEL_TIMEOUT	(2 * HZ)
#define EXEC_TRIES		6
#define EXEC_DELAY_MS		20
/* The data path may fill the primary channel: how often and how long to wait
 * for room.
 */
#define ROOM_TRIES		250
#define ROOM_DELAY_MS		20
#define SRB_TIMEOUT_S		60
#define RESCAN_DELAY		(5 * HZ)
#define POLL_DELAY		HZ
/* Larger than any packet of the protocol, smaller than VMBus's default. */
#define MAX_PACKET		256

static const u16 versions[] = {
	VSTOR_VERSION_WIN10, VSTOR_VERSION_WIN8_1, VSTOR_VERSION_WIN8,
};

/* host->chans only grows until all are closed. */
static int open_channel(struct stor_host *host, struct vmbus_channel *ch)
{
	struct vstor_properties props = { };
	u32 send_bytes, receive_bytes;
	struct stor_chan *c;
	int err;

	stor_ring_sizes(&send_bytes, &receive_bytes);
	c = kzalloc(sizeof(*c), GFP_KERNEL);
	if (!c)
		return -ENOMEM;
	stor_chan_init(c, host, ch);
	set_channel_read_mode(ch, HV_CALL_ISR);
	ch->max_pkt_size = MAX_PACKET;
	xhv_channel_own_ids(ch);

	mutex_lock(&host->chans_lock);
	err = -ENOSPC;
	if (!host->gone && host->nr_chans < STOR_MAX_CHANNELS)
		err = vmbus_open(ch, send_bytes, receive_bytes, &props,
				 sizeof(props), stor_on_channel, c);
	if (!err) {
		host->chans[host->nr_chans] = c;
		/* pairs with choose_chan() */
		smp_store_release(&host->nr_chans, host->nr_chans + 1);
	}
	mutex_unlock(&host->chans_lock);
	if (err)
		kfree(c);
	return err;
}

/* On return no scan runs, and none and no new channel begins. */
static void retire(struct stor_host *host)
{
	mutex_lock(&host->scan_lock);
	mutex_lock(&host->chans_lock);
	host->gone = true;
	mutex_unlock(&host->chans_lock);
	mutex_unlock(&host->scan_lock);
	vmbus_set_sc_create_callback(host->hvdev->channel, NULL);
	cancel_delayed_work_sync(&host->rescan);
	cancel_delayed_work_sync(&host->poll);
}

/* The sub-channels close with their primary one (vmbus_disconnect_ring()). */
static void close_channels(struct stor_host *host)
{
	struct vmbus_channel *ch = host->hvdev->channel;
	unsigned int i;

	vmbus_close(ch);
	for (i = 0; i < host->nr_chans; i++) {
		stor_chan_stop(host->chans[i]);
		kfree(host->chans[i]);
	}
	host->nr_chans = 0;
	/* The next driver of this channel finds it as VMBus made it. */
	set_channel_read_mode(ch, HV_CALL_BATCHED);
	ch->max_pkt_size = 0;
}

static int send_once(struct stor_host *host, struct vstor_packet *p, u32 len,
		     u64 id)
{
	struct {
		struct vmbus_packet_mpb_array desc;
		u64 pfn;
	} __packed data = { };
	struct vmbus_channel *ch = host->hvdev->channel;

	if (!len)
		return vmbus_sendpacket(ch, p, sizeof(*p), id,
					VM_PKT_DATA_INBAND,
					VMBUS_DATA_PACKET_FLAG_COMPLETION_REQUESTED);
	data.desc.rangecount = 1;
	data.desc.range.len = len;
	data.pfn = virt_to_hvpfn(host->page);
	return vmbus_sendpacket_mpb_desc(ch, &data.desc, sizeof(data), p,
					 sizeof(*p), id);
}

/* A host that takes the device away has told all that it has to tell. */
static bool answered(struct stor_host *host)
{
	const struct vmbus_channel *ch = host->hvdev->channel;
	unsigned int i;

	for (i = 0; i < ANSWER_LOOKS && !READ_ONCE(ch->rescind); i++)
		if (wait_for_completion_timeout(&host->sync_done, ANSWER_LOOK))
			return true;
	return false;
}

/* Sends a packet and waits for its answer in host->sync_reply. @len is the
 * size of the data in host->page, if any. A channel that is gone is -ESHUTDOWN:
 * -ENODEV is what a host says of one unit.
 */
static int converse(struct stor_host *host, struct vstor_packet *p, u32 len)
{
	struct vmbus_channel *ch = host->hvdev->channel;
	static atomic_t sequence = ATOMIC_INIT(0);
	unsigned int try = 0;
	u64 id;
	int err;

	lockdep_assert_held(&host->sync_lock);
	if (host->dead)
		return -ETIMEDOUT;

	p->flags = VSTOR_REQUEST_COMPLETION;
	reinit_completion(&host->sync_done);
	/* An answer that comes too late names an id that is not awaited. */
	id = STOR_ID_SYNC | (u32)atomic_inc_return(&sequence);
	WRITE_ONCE(host->sync_id, id);
	for (;;) {
		err = send_once(host, p, len, id);
		if (err != -EAGAIN || ++try == ROOM_TRIES)
			break;
		msleep(ROOM_DELAY_MS);
	}
	if (err)
		return err == -ENODEV ? -ESHUTDOWN : err;
	if (!answered(host)) {
		WRITE_ONCE(host->sync_id, 0);
		host->dead = true;
		/* An interrupt may be at the answer at last. */
		synchronize_rcu();
		return READ_ONCE(ch->rescind) ? -ESHUTDOWN : -ETIMEDOUT;
	}
	return host->sync_reply.operation == VSTOR_COMPLETE_IO ? 0 : -EPROTO;
}

/* A step of the initialisation; the host answers with a status. */
static int initialise(struct stor_host *host, struct vstor_packet *p, u32 op)
{
	int err;

	p->operation = op;
	mutex_lock(&host->sync_lock);
	err = converse(host, p, 0);
	if (!err && host->sync_reply.status)
		err = -EINVAL;
	mutex_unlock(&host->sync_lock);
	return err;
}

static int agree_on_version(struct stor_host *host)
{
	unsigned int i;
	int err;

	for (i = 0; i < ARRAY_SIZE(versions); i++) {
		struct vstor_packet p = { };

		p.version.version = versions[i];
		err = initialise(host, &p, VSTOR_QUERY_PROTOCOL_VERSION);
		if (!err) {
			host->version = versions[i];
			return 0;
		}
		if (err != -EINVAL)
			return err;
	}
	return -EPROTONOSUPPORT;
}

static int negotiate(struct stor_host *host)
{
	struct vstor_packet p = { };
	const struct vstor_properties *props = &host->sync_reply.properties;
	int err;

	err = initialise(host, &p, VSTOR_BEGIN_INITIALIZATION);
	if (err)
		return err;
	err = agree_on_version(host);
	if (err)
		return err;

	memset(&p, 0, sizeof(p));
	err = initialise(host, &p, VSTOR_QUERY_PROPERTIES);
	if (err)
		return err;
	host->max_bytes = round_down(props->max_transfer_bytes,
				     HV_HYP_PAGE_SIZE);
	if (props->flags & VSTOR_SUPPORTS_SUB_CHANNELS)
		host->max_sub = props->max_sub_channels;
	if (!host->max_bytes)
		return -EPROTO;

	memset(&p, 0, sizeof(p));
	return initialise(host, &p, VSTOR_END_INITIALIZATION);
}

void stor_init_srb(struct stor_host *host, u8 lun, struct vstor_packet *p)
{
	memset(p, 0, sizeof(*p));
	p->operation = VSTOR_EXECUTE_SRB;
	p->flags = VSTOR_REQUEST_COMPLETION;
	p->srb.length = sizeof(p->srb);
	p->srb.target = host->target;
	p->srb.lun = lun;
	p->srb.sense_length = VSTOR_SENSE_SIZE;
	p->srb.queue_tag = SRB_UNTAGGED;
	p->srb.queue_action = SRB_SIMPLE_TAG;
	p->srb.time_out = SRB_TIMEOUT_S;
}

static int exec_once(struct stor_host *host, u8 lun, const u8 *cdb, u8 cdb_len,
		     u32 len)
{
	const struct vstor_srb *srb = &host->sync_reply.srb;
	struct stor_lun *unit = stor_find_lun(host, lun);
	struct vstor_packet p;
	int err;

	stor_init_srb(host, lun, &p);
	memcpy(p.srb.cdb, cdb, cdb_len);
	p.srb.cdb_length = cdb_len;
	p.srb.transfer_length = len;
	p.srb.data_in = len ? VSTOR_DATA_READ : VSTOR_DATA_NONE;
	p.srb.srb_flags = SRB_DISABLE_SYNCH_TRANSFER |
			  SRB_QUEUE_ACTION_ENABLE | SRB_NO_QUEUE_FREEZE |
			  (len ? SRB_DATA_IN : 0);
	memset(host->page, 0, PAGE_SIZE);

	WRITE_ONCE(host->sync_unit, unit && unit->cdrom ? unit : NULL);
	err = converse(host, &p, len);
	WRITE_ONCE(host->sync_unit, NULL);
	if (err)
		return err;
	/* Answers of variable length are allowed to be short. */
	err = vstor_srb_result(srb, 0);
	return err ?: min(srb->transfer_length, len);
}

int stor_exec(struct stor_host *host, u8 lun, const u8 *cdb, u8 cdb_len,
	      u32 len)
{
	unsigned int try;
	int ret = -EBUSY;

	if (WARN_ON(len > PAGE_SIZE || cdb_len > VSTOR_CDB_SIZE))
		return -EINVAL;
	mutex_lock(&host->sync_lock);
	for (try = 0; try < EXEC_TRIES &&
	     (ret == -EBUSY || ret == -ECANCELED); try++) {
		if (try > 1)
			msleep(EXEC_DELAY_MS << try);
		ret = exec_once(host, lun, cdb, cdb_len, len);
	}
	mutex_unlock(&host->sync_lock);
	return ret;
}

/* VMBus's work queue for sub-channels. */
static void sub_channel(struct vmbus_channel *ch)
{
	struct hv_device *hvdev = ch->primary_channel->device_obj;
	struct stor_host *host = hv_get_drvdata(hvdev);
	int err;

	if (!host)
		return;
	err = open_channel(host, ch);
	if (err)
		dev_warn(&hvdev->device,
			 "xen-hyperv: sub-channel does not open (%d)\n", err);
	wake_up_all(&host->sub_opened);
}

/* One channel a CPU, as far as the host and the parameter allow. Fewer are no
 * error: queues share.
 */
static void open_sub_channels(struct stor_host *host)
{
	struct vmbus_channel *ch = host->hvdev->channel;
	unsigned int want = min3(num_online_cpus(), stor_max_channels(),
				 (unsigned int)STOR_MAX_CHANNELS) - 1;
	struct vstor_packet p = { };
	int err;

	want = min_t(unsigned int, want, host->max_sub);
	if (!want)
		return;
	vmbus_set_sc_create_callback(ch, sub_channel);
	p.sub_channels = want;
	err = initialise(host, &p, VSTOR_CREATE_SUB_CHANNELS);
	if (err) {
		dev_warn(&host->hvdev->device,
			 "xen-hyperv: no sub-channels (%d)\n", err);
		return;
	}
	/* Disks that appear before their channels would share one. */
	wait_event_timeout(host->sub_opened,
			   READ_ONCE(host->nr_chans) > want,
			   SUB_CHANNEL_TIMEOUT);
}

static void del_luns(struct stor_host *host)
{
	struct stor_lun *lun, *tmp;

	list_for_each_entry_safe(lun, tmp, &host->luns, entry) {
		if (lun->dev.backend)
			xhv_block_del(&lun->dev);
		list_del(&lun->entry);
		kfree(lun);
	}
}

void stor_rescan(struct stor_host *host)
{
	WRITE_ONCE(host->rescans_left, STOR_RESCANS);
	mod_delayed_work(system_wq, &host->rescan, 0);
}

/* Nothing of what cannot be used now will be announced again. */
static bool scan_again(struct stor_host *host, int err)
{
	unsigned int left = READ_ONCE(host->rescans_left);

	if (!left || host->dead || err == -ENOTBLK || err == -EINVAL)
		return false;
	WRITE_ONCE(host->rescans_left, left - 1);
	schedule_delayed_work(&host->rescan, RESCAN_DELAY);
	return true;
}

/* Looks at the media of drives now, and later again. Under scan_lock. */
static void poll_later(struct stor_host *host)
{
	unsigned long next = 0;

	lockdep_assert_held(&host->scan_lock);
	if (stor_poll(host, &next))
		stor_rescan(host);
	else if (next && !host->dead)
		mod_delayed_work(system_power_efficient_wq, &host->poll, next);
}

static void poll_work(struct work_struct *work)
{
	struct stor_host *host = container_of(to_delayed_work(work),
					      struct stor_host, poll);

	mutex_lock(&host->scan_lock);
	if (!host->gone)
		poll_later(host);
	mutex_unlock(&host->scan_lock);
}

static void rescan_work(struct work_struct *work)
{
	struct stor_host *host = container_of(to_delayed_work(work),
					      struct stor_host, rescan);
	bool again = false;
	int err = 0;

	/* Not after retire(), which waits for what is scheduled by then. */
	mutex_lock(&host->scan_lock);
	if (!host->gone) {
		err = stor_scan(host);
		if (err)
			again = scan_again(host, err);
		/* Not at once: a drive whose answers contradict each other would
		 * have us scan without end.
		 */
		if (!host->dead)
			mod_delayed_work(system_power_efficient_wq, &host->poll,
					 POLL_DELAY);
	}
	mutex_unlock(&host->scan_lock);
	if (err && !again)
		dev_warn_ratelimited(&host->hvdev->device,
			 "xen-hyperv: scan failed (%d)\n", err);
	stor_settle();
}

static void free_host(struct stor_host *host)
{
	/* The host may still write to it. */
	if (!host->dead)
		free_page((unsigned long)host->page);
	kfree(host);
}

static struct stor_host *alloc_host(struct hv_device *hvdev, bool ide)
{
	struct stor_host *host = kzalloc(sizeof(*host), GFP_KERNEL);

	if (!host)
		return NULL;
	host->page = (void *)get_zeroed_page(GFP_KERNEL);
	if (!host->page) {
		kfree(host);
		return NULL;
	}
	host->hvdev = hvdev;
	host->ide = ide;
	/* The device number on an IDE channel is the second field of its
	 * instance GUID (storvsc_probe()).
	 */
	if (ide)
		host->target = hvdev->dev_instance.b[4];
	mutex_init(&host->chans_lock);
	mutex_init(&host->sync_lock);
	mutex_init(&host->scan_lock);
	mutex_init(&host->queues_lock);
	init_waitqueue_head(&host->sub_opened);
	init_completion(&host->sync_done);
	INIT_LIST_HEAD(&host->luns);
	INIT_DELAYED_WORK(&host->rescan, rescan_work);
	INIT_DELAYED_WORK(&host->poll, poll_work);
	return host;
}

int stor_probe(struct hv_device *hvdev, bool ide)
{
	struct stor_host *host = alloc_host(hvdev, ide);
	int err;

	if (!host)
		return -ENOMEM;
	hv_set_drvdata(hvdev, host);
	err = open_channel(host, hvdev->channel);
	if (err)
		goto err_free;
	err = negotiate(host);
	if (err)
		goto err_close;

	/* Sub-channels stay until the device goes, so they come only once it
	 * is clear that the controller is kept.
	 */
	mutex_lock(&host->scan_lock);
	err = stor_scan(host);
	if (!err)
		poll_later(host);
	mutex_unlock(&host->scan_lock);
	if (err)
		goto err_close;
	open_sub_channels(host);
	stor_settle();
	return 0;

err_close:
	retire(host);
	del_luns(host);
	close_channels(host);
	cancel_delayed_work_sync(&host->rescan);
err_free:
	hv_set_drvdata(hvdev, NULL);
	free_host(host);
	return err;
}

void stor_remove(struct hv_device *hvdev)
{
	struct stor_host *host = hv_get_drvdata(hvdev);

	retire(host);
	del_luns(host);
	close_channels(host);
	/* The last message of the host may have come until then. */
	cancel_delayed_work_sync(&host->rescan);
	hv_set_drvdata(hvdev, NULL);
	free_host(host);
}
