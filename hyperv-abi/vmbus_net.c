// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NIC on VMBus: agreeing with the host on a protocol and on buffers, what the
 * NIC is and can do, and giving everything back.
 *
 * Process context throughout. The sequence is the one that a host expects
 * (netvsc_connect_vsp() and rndis_filter_device_add() in drivers/net/hyperv):
 * version, configuration, buffers, RNDIS, offloads, sub-channels.
 *
 * A virtual function is never asked for (NVSP_CAP_*), so none appears.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/etherdevice.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "../include/compat.h"
#include "../include/compat_net.h"
#include "vmbus_net.h"

/* Heads of packets: a section has 6144 bytes with the hosts that there are. */
#define SEND_BYTES		(3U << 20)
#define SUB_CHANNEL_TIMEOUT	(2 * HZ)
/* How long a link that has moved elsewhere is shown to be down. */
#define LINK_DOWN_MS		500
#define MIN_MTU			68
#define MAX_MTU			65517
/* NDIS 6.1 up to NVSP 4, 6.30 from then on. */
#define NDIS_MAJOR		6
#define NDIS_MINOR_OLD		1
#define NDIS_MINOR		30

static const u32 versions[] = {
	NVSP_VERSION_6_1, NVSP_VERSION_6, NVSP_VERSION_5, NVSP_VERSION_4,
};

void net_bogus(struct nic *nic)
{
	int bogus = atomic_inc_return(&nic->counts.bogus);

	dev_warn_ratelimited(&nic->hvdev->device,
			     "xen-hyperv: %d messages of the host make no sense\n",
			     bogus);
}

static int agree_on_version(struct nic *nic)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(versions) && !err; i++) {
		struct nvsp_message m = { .type = NVSP_INIT };

		m.init.min_version = versions[i];
		m.init.max_version = versions[i];
		err = net_ask(nic, &m, NVSP_INIT_COMPLETE);
		if (!err && nic->ctl_reply.init_complete.status ==
			    NVSP_STATUS_SUCCESS) {
			nic->version = versions[i];
			return 0;
		}
	}
	return err ?: -EPROTONOSUPPORT;
}

static int configure(struct nic *nic)
{
	struct nvsp_message m = { .type = NVSP_SEND_NDIS_CONFIG };
	int err;

	m.ndis_config.mtu = net_max_mtu() + ETH_HLEN;
	m.ndis_config.capabilities = NVSP_CAP_8021Q;
	err = net_tell(nic, &m);
	if (err)
		return err;
	memset(&m, 0, sizeof(m));
	m.type = NVSP_SEND_NDIS_VERSION;
	m.ndis_version.major = NDIS_MAJOR;
	m.ndis_version.minor = nic->version > NVSP_VERSION_4 ?
			       NDIS_MINOR : NDIS_MINOR_OLD;
	return net_tell(nic, &m);
}

static int lend_recv_buffer(struct nic *nic)
{
	struct nvsp_message m = { .type = NVSP_SEND_RECV_BUFFER };
	int err;

	nic->recv_size = net_recv_bytes();
	nic->recv = vzalloc(nic->recv_size);
	if (!nic->recv)
		return -ENOMEM;
	err = vmbus_establish_gpadl(nic->hvdev->channel, nic->recv,
				    nic->recv_size, &nic->recv_gpadl);
	if (err)
		return err;
	m.buffer.gpadl = nic->recv_gpadl.gpadl_handle;
	m.buffer.id = NVSP_RECV_BUFFER_ID;
	err = net_ask(nic, &m, NVSP_SEND_RECV_BUFFER_COMPLETE);
	if (!err)
		err = nvsp_recv_layout(&nic->ctl_reply, nic->recv_size,
				       &nic->layout);
	return err ?: net_chan_alloc_slots(nic->chans[0]);
}

static int lend_send_buffer(struct nic *nic)
{
	struct nvsp_message m = { .type = NVSP_SEND_SEND_BUFFER };
	int err;

	nic->send_size = SEND_BYTES;
	nic->send = vzalloc(nic->send_size);
	if (!nic->send)
		return -ENOMEM;
	err = vmbus_establish_gpadl(nic->hvdev->channel, nic->send,
				    nic->send_size, &nic->send_gpadl);
	if (err)
		return err;
	m.buffer.gpadl = nic->send_gpadl.gpadl_handle;
	m.buffer.id = NVSP_SEND_BUFFER_ID;
	err = net_ask(nic, &m, NVSP_SEND_SEND_BUFFER_COMPLETE);
	if (err)
		return err;
	nic->nr_sections = nvsp_send_sections(&nic->ctl_reply, nic->send_size,
					      &nic->section_size);
	if (!nic->nr_sections ||
	    nic->section_size < RNDIS_TX_ROOM + XHV_NET_HEAD_MIN + 4)
		return -EPROTO;
	return 0;
}

static int negotiate(struct nic *nic)
{
	int err;

	mutex_lock(&nic->ctl_lock);
	err = agree_on_version(nic);
	if (!err)
		err = configure(nic);
	if (!err)
		err = lend_recv_buffer(nic);
	if (!err)
		err = lend_send_buffer(nic);
	mutex_unlock(&nic->ctl_lock);
	return err ?: net_rndis_init(nic);
}

/* The host may do more than a front end can make use of. */
static void find_offloads(struct nic *nic)
{
	struct ndis_offload ask, caps = { };
	struct ndis_offload_params params;
	u32 features, max, least;
	int len;

	nic->dev.features = XHV_NET_VLAN;
	len = net_query(nic, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES, &ask,
			rndis_ask_offload(&ask, nic->version), &caps,
			sizeof(caps));
	features = len > 0 ? rndis_read_offload(&caps, len, &max) : 0;
	/* Of UDP the older hosts know nothing. */
	if (nic->version < NVSP_VERSION_5)
		features &= ~(XHV_NET_CSUM_UDP4 | XHV_NET_CSUM_UDP6);
	least = 2 * (ETH_HLEN + nic->dev.mtu);
	if (features & XHV_NET_TSO && max < least)
		features &= ~XHV_NET_TSO;
	if (net_set(nic, OID_TCP_OFFLOAD_PARAMETERS, &params,
		    rndis_set_offload(&params, nic->version, features)))
		return;
	nic->dev.features |= features;
	if (features & XHV_NET_TSO)
		nic->dev.gso_max_size = min(max, 65535U);
}

static bool is_connected(struct nic *nic)
{
	u32 state = RNDIS_MEDIA_STATE_CONNECTED;

	/* A host that does not know has no cable. */
	net_query(nic, RNDIS_OID_GEN_MEDIA_CONNECT_STATUS, NULL, 0, &state,
		  sizeof(state));
	return state == RNDIS_MEDIA_STATE_CONNECTED;
}

static int describe(struct nic *nic)
{
	struct xhv_net_dev *dev = &nic->dev;
	u32 mtu = 0;
	int len;

	len = net_query(nic, RNDIS_OID_802_3_PERMANENT_ADDRESS, NULL, 0,
			dev->mac, sizeof(dev->mac));
	if (len < 0)
		return len;
	if (len != sizeof(dev->mac) || !is_valid_ether_addr(dev->mac))
		return -EPROTO;
	len = net_query(nic, RNDIS_OID_GEN_MAXIMUM_FRAME_SIZE, NULL, 0, &mtu,
			sizeof(mtu));
	if (len != sizeof(mtu) || mtu < MIN_MTU)
		mtu = ETH_DATA_LEN;
	dev->mtu = min3(mtu, net_max_mtu(), (u32)MAX_MTU);
	find_offloads(nic);
	dev->carrier = is_connected(nic);
	dev->ops = &net_ops;
	dev->guid = nic->hvdev->dev_instance;
	snprintf(dev->label, sizeof(dev->label), "vmbus %pUl", &dev->guid);
	dev->tx_depth = NET_MAX_DEPTH;
	return 0;
}

/* VMBus's work queue for sub-channels. */
static void sub_channel(struct vmbus_channel *ch)
{
	struct hv_device *hvdev = ch->primary_channel->device_obj;
	struct nic *nic = hv_get_drvdata(hvdev);
	int err;

	if (!nic)
		return;
	err = net_chan_open(nic, ch);
	if (err)
		dev_warn(&hvdev->device,
			 "xen-hyperv: sub-channel does not open (%d)\n", err);
	wake_up_all(&nic->sub_opened);
}

/* How many channels the host spreads what it receives over. */
static unsigned int find_rss(struct nic *nic)
{
	struct ndis_rss_caps caps = { }, ask = {
		.hdr = { NDIS_TYPE_RSS_CAPABILITIES, 2, sizeof(ask) },
	};
	int len;

	if (nic->version < NVSP_VERSION_5)
		return 1;
	len = net_query(nic, OID_GEN_RECEIVE_SCALE_CAPABILITIES, &ask,
			sizeof(ask), &caps, sizeof(caps));
	if (len < (int)offsetofend(struct ndis_rss_caps, nr_queues) ||
	    caps.nr_queues < 2)
		return 1;
	/* Hosts before 2019 say nothing of the size. */
	nic->rss_entries = caps.nr_entries && caps.nr_entries <= RSS_MAX_TABLE ?
			   caps.nr_entries : 128;
	return min_t(u32, caps.nr_queues, NET_MAX_CHANNELS);
}

/* One channel a CPU, as far as the host and the parameter allow. Fewer are no
 * error: queues share.
 */
static void open_sub_channels(struct nic *nic)
{
	struct nvsp_message m = { .type = NVSP_SUBCHANNEL };
	unsigned int spread = find_rss(nic);
	unsigned int want = min3(num_online_cpus(), net_max_channels(),
				 spread) - 1;
	int err;

	if (!want)
		return;
	mutex_lock(&nic->chans_lock);
	nic->max_chans = 1 + want;
	mutex_unlock(&nic->chans_lock);
	vmbus_set_sc_create_callback(nic->hvdev->channel, sub_channel);
	m.subchannel.operation = NVSP_SUBCHANNEL_ALLOCATE;
	m.subchannel.count = want;
	mutex_lock(&nic->ctl_lock);
	err = net_ask(nic, &m, NVSP_SUBCHANNEL);
	if (!err && nic->ctl_reply.subchannel_complete.status !=
		    NVSP_STATUS_SUCCESS)
		err = -EIO;
	if (!err)
		want = min(want, nic->ctl_reply.subchannel_complete.count);
	mutex_unlock(&nic->ctl_lock);
	if (err) {
		dev_warn(&nic->hvdev->device,
			 "xen-hyperv: no sub-channels (%d)\n", err);
		return;
	}
	/* How many queues there may be is said once. */
	wait_event_timeout(nic->sub_opened, READ_ONCE(nic->nr_chans) > want,
			   SUB_CHANNEL_TIMEOUT);
}

static void set_carrier(struct nic *nic, bool carrier)
{
	if (nic->dev.carrier == carrier)
		return;
	nic->dev.carrier = carrier;
	xhv_net_carrier(&nic->dev);
}

static void link_work(struct work_struct *work)
{
	struct nic *nic = container_of(to_delayed_work(work), struct nic, link);
	bool up, down;

	/* Not after retire(), which waits for what is running by then. */
	if (!READ_ONCE(nic->added) || READ_ONCE(nic->gone))
		return;
	up = test_and_clear_bit(NET_LINK_UP, &nic->link_events);
	down = test_and_clear_bit(NET_LINK_DOWN, &nic->link_events);
	/* Which of the two was last is asked of the host. */
	if (up || down)
		set_carrier(nic, up && down ? is_connected(nic) : up);
	/* The same cable leads elsewhere: who looks for that looks at the link. */
	if (test_and_clear_bit(NET_LINK_CHANGED, &nic->link_events) &&
	    nic->dev.carrier) {
		set_carrier(nic, false);
		set_bit(NET_LINK_UP, &nic->link_events);
		schedule_delayed_work(&nic->link,
				      msecs_to_jiffies(LINK_DOWN_MS));
	}
}

static void rss_work(struct work_struct *work)
{
	struct nic *nic = container_of(work, struct nic, rss);

	net_tx_reap(nic);
	net_set_rss(nic);
}

/* On return no work runs and no channel begins. */
static void retire(struct nic *nic)
{
	vmbus_set_sc_create_callback(nic->hvdev->channel, NULL);
	mutex_lock(&nic->chans_lock);
	WRITE_ONCE(nic->gone, true);
	mutex_unlock(&nic->chans_lock);
	cancel_delayed_work_sync(&nic->link);
}

static void revoke(struct nic *nic, enum nvsp_type type, u16 id)
{
	struct nvsp_message m = { .type = type };

	m.revoke.id = id;
	net_tell(nic, &m);
}

/* A buffer that the host keeps is lost: it may still write there. */
static void take_back(struct nic *nic, void *buf, struct vmbus_gpadl *gpadl)
{
	if (gpadl->gpadl_handle &&
	    vmbus_teardown_gpadl(nic->hvdev->channel, gpadl)) {
		dev_warn(&nic->hvdev->device,
			 "xen-hyperv: the host keeps a buffer\n");
		return;
	}
	vfree(buf);
}

/* In the order that hosts since 2016 expect (netvsc_device_remove()): GPADLs last,
 * when the channel is closed.
 */
static void disconnect(struct nic *nic)
{
	if (nic->recv_gpadl.gpadl_handle)
		revoke(nic, NVSP_REVOKE_RECV_BUFFER, NVSP_RECV_BUFFER_ID);
	if (nic->send_gpadl.gpadl_handle)
		revoke(nic, NVSP_REVOKE_SEND_BUFFER, NVSP_SEND_BUFFER_ID);
	cancel_work_sync(&nic->rss);
	net_chan_close_all(nic);
	/* The last message of the host may have come until then. */
	cancel_delayed_work_sync(&nic->link);
	take_back(nic, nic->recv, &nic->recv_gpadl);
	take_back(nic, nic->send, &nic->send_gpadl);
}

static void free_nic(struct nic *nic)
{
	/* The host may still read it. */
	if (!nic->dead)
		free_page((unsigned long)nic->ctl_page);
	free_page((unsigned long)nic->reply_data);
	xhv_free_napi_dev(nic->ndev);
	kfree(nic);
}

static struct nic *alloc_nic(struct hv_device *hvdev)
{
	struct nic *nic = kzalloc(sizeof(*nic), GFP_KERNEL);

	if (!nic)
		return NULL;
	nic->hvdev = hvdev;
	nic->max_chans = 1;
	nic->ndev = xhv_alloc_napi_dev();
	nic->ctl_page = (void *)get_zeroed_page(GFP_KERNEL);
	nic->reply_data = (void *)get_zeroed_page(GFP_KERNEL);
	if (!nic->ndev || !nic->ctl_page || !nic->reply_data) {
		free_nic(nic);
		return NULL;
	}
	mutex_init(&nic->chans_lock);
	mutex_init(&nic->ctl_lock);
	raw_spin_lock_init(&nic->map_lock);
	init_waitqueue_head(&nic->sub_opened);
	init_completion(&nic->ctl_done);
	init_completion(&nic->rndis_done);
	INIT_WORK(&nic->rss, rss_work);
	INIT_DELAYED_WORK(&nic->link, link_work);
	return nic;
}

int net_probe(struct hv_device *hvdev)
{
	struct nic *nic = alloc_nic(hvdev);
	int err;

	if (!nic)
		return -ENOMEM;
	hv_set_drvdata(hvdev, nic);
	err = net_chan_open(nic, hvdev->channel);
	if (err)
		goto err_free;
	err = negotiate(nic);
	if (err)
		goto err_close;
	err = describe(nic);
	if (err)
		goto err_close;
	open_sub_channels(nic);
	nic->dev.max_queues = min(nic->nr_chans, nic->nr_sections);
	err = xhv_net_add(&nic->dev);
	if (err)
		goto err_close;
	WRITE_ONCE(nic->added, true);
	/* The host may have spoken of the link before. */
	mod_delayed_work(system_wq, &nic->link, 0);
	net_settle();
	return 0;

err_close:
	retire(nic);
	disconnect(nic);
err_free:
	hv_set_drvdata(hvdev, NULL);
	free_nic(nic);
	return err;
}

void net_remove(struct hv_device *hvdev)
{
	struct nic *nic = hv_get_drvdata(hvdev);

	retire(nic);
	xhv_net_del(&nic->dev);
	disconnect(nic);
	hv_set_drvdata(hvdev, NULL);
	free_nic(nic);
}
