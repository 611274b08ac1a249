// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen-hyperv-vmbus: the transports over VMBus.
 *
 * Loaded by the alias of a VMBus device, before the native drivers (softdep).
 * It wakes the Xen core first: if that fails this module fails to load, and
 * the native drivers take the devices.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/hyperv.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/uuid.h>
#include <asm/mshyperv.h>

#include "../include/compat.h"
#include "../include/xhv/core.h"
#include "storage.h"
#include "vmbus_net.h"

/* The bus is quiet when nothing has come for this long. */
#define QUIET_MS	100
#define QUIET_MAX_MS	3000
/* A driver's name, for the log. */
#define OWNER_LEN	32

static char *native;
module_param(native, charp, 0400);
MODULE_PARM_DESC(native, "devices to leave to native drivers: instance GUIDs, \"scsi\", \"ide\", \"net\", separated by commas");

static unsigned int ring_kb = 64;
module_param(ring_kb, uint, 0400);
MODULE_PARM_DESC(ring_kb, "memory of the two rings of a disk's channel in KiB (64)");

static unsigned int channels = STOR_MAX_CHANNELS;
module_param(channels, uint, 0400);
MODULE_PARM_DESC(channels, "most channels of one controller or NIC (one a CPU)");

static unsigned int net_ring_kb = 128;
module_param(net_ring_kb, uint, 0400);
MODULE_PARM_DESC(net_ring_kb, "ring size of a NIC's channel in KiB, each way (128)");

static unsigned int net_recv_kb = 8192;
module_param(net_recv_kb, uint, 0400);
MODULE_PARM_DESC(net_recv_kb, "receive buffer of a NIC in KiB (8192)");

static unsigned int net_mtu = 9000;
module_param(net_mtu, uint, 0400);
MODULE_PARM_DESC(net_mtu, "largest MTU that a NIC is asked for (9000)");

static unsigned int net_copy = 432;
module_param(net_copy, uint, 0400);
MODULE_PARM_DESC(net_copy, "packets up to so many bytes are copied to the send buffer (432)");

static bool net_merge;
module_param(net_merge, bool, 0400);
MODULE_PARM_DESC(net_merge, "show received TCP segments as larger packets (N)");

enum kind { KIND_SCSI, KIND_IDE, KIND_NET };

static const char * const kind_names[] = {
	[KIND_SCSI] = "scsi", [KIND_IDE] = "ide", [KIND_NET] = "net",
};

static atomic_t probing;
static unsigned long last_change;	/* jiffies */
static bool settled;

/* An answer has one size, 88 bytes with its header and trailer; a request has 8
 * bytes more for each of its pages. Their sum is what VMBus allocates, as a power
 * of two of pages (vmbus_alloc_ring()).
 */
void stor_ring_sizes(u32 *send, u32 *receive)
{
	u32 bytes = clamp(ring_kb, 32U, 8192U) * SZ_1K;

	*receive = PAGE_ALIGN(bytes / 4);
	*send = PAGE_ALIGN(bytes) - *receive;
}

unsigned int stor_max_channels(void)
{
	return clamp(channels, 1U, (unsigned int)STOR_MAX_CHANNELS);
}

void stor_settle(void)
{
	/* xhv_block_add() and the settling in module init take one mutex: a disk
	 * that comes too late for that sees the flag.
	 */
	if (READ_ONCE(settled))
		xhv_block_settle();
}

unsigned int net_ring_bytes(void)
{
	return VMBUS_RING_SIZE(clamp(net_ring_kb, 32U, 4096U) * SZ_1K);
}

unsigned int net_max_channels(void)
{
	return clamp(channels, 1U, (unsigned int)NET_MAX_CHANNELS);
}

unsigned int net_recv_bytes(void)
{
	/* 31 MiB is what hosts take. */
	return clamp(net_recv_kb, 256U, 31U * SZ_1K) * SZ_1K;
}

unsigned int net_max_mtu(void)
{
	return clamp(net_mtu, 68U, 65517U);
}

bool net_merges(void)
{
	return net_merge;
}

unsigned int net_copy_max(void)
{
	return net_copy;
}

void net_settle(void)
{
	if (READ_ONCE(settled))
		xhv_net_settle();
}

/* The next entry of native=, of *@len characters; NULL at the end. */
static const char *next_native(const char **pos, size_t *len)
{
	const char *entry = *pos, *end;

	if (!entry || !*entry)
		return NULL;
	end = strchrnul(entry, ',');
	*len = end - entry;
	*pos = *end ? end + 1 : end;
	return entry;
}

static bool is_kind(const char *entry, size_t len, enum kind kind)
{
	return len == strlen(kind_names[kind]) &&
	       !strncasecmp(entry, kind_names[kind], len);
}

/* Is a device on the list of those to leave alone? */
static bool left_native(const struct hv_device *hvdev, enum kind kind)
{
	const char *entry, *pos = native;
	char guid[UUID_STRING_LEN + 1];
	size_t len;

	snprintf(guid, sizeof(guid), "%pUl", &hvdev->dev_instance);
	while ((entry = next_native(&pos, &len)))
		if (is_kind(entry, len, kind) ||
		    (len == UUID_STRING_LEN && !strncasecmp(entry, guid, len)))
			return true;
	return false;
}

/* A slip of the pen must not take a device that was meant to stay. */
static bool native_makes_sense(void)
{
	const char *entry, *pos = native;
	char guid[UUID_STRING_LEN + 1];
	size_t len;

	while ((entry = next_native(&pos, &len))) {
		if (is_kind(entry, len, KIND_SCSI) ||
		    is_kind(entry, len, KIND_IDE) ||
		    is_kind(entry, len, KIND_NET))
			continue;
		strscpy(guid, entry, min(len + 1, sizeof(guid)));
		if (len != UUID_STRING_LEN || !uuid_is_valid(guid))
			return false;
	}
	return true;
}

static int probe(struct hv_device *hvdev, const struct hv_vmbus_device_id *id)
{
	enum kind kind = id->driver_data;
	int err;

	if (left_native(hvdev, kind))
		return -ENODEV;
	atomic_inc(&probing);
	err = stor_probe(hvdev, kind == KIND_IDE);
	if (err)
		dev_info(&hvdev->device,
			 "xen-hyperv: left to the native driver: %s (%d)\n",
			 err == -ENOTBLK ?
			 "it has a unit that is no disk and no CD-ROM" :
			 "it cannot be used", err);
	WRITE_ONCE(last_change, jiffies);
	atomic_dec(&probing);
	/* Any error but these makes the driver core complain; all of them let
	 * the next driver try.
	 */
	return err ? -ENODEV : 0;
}

static xhv_hv_remove_t remove(struct hv_device *hvdev)
{
	stor_remove(hvdev);
	return XHV_HV_REMOVED;
}

static const struct hv_vmbus_device_id ids[] = {
	{ HV_SCSI_GUID, .driver_data = KIND_SCSI },
	{ HV_IDE_GUID, .driver_data = KIND_IDE },
	{ },
};
MODULE_DEVICE_TABLE(vmbus, ids);

static struct hv_driver driver = {
	.name = "xen-hyperv-storage",
	.id_table = ids,
	.probe = probe,
	.remove = remove,
	.driver = {
		/* The devices that are there are probed while the driver
		 * registers, so that names can be given after that.
		 */
		.probe_type = PROBE_FORCE_SYNCHRONOUS,
	},
};

static int probe_net(struct hv_device *hvdev,
		     const struct hv_vmbus_device_id *id)
{
	int err;

	if (left_native(hvdev, KIND_NET))
		return -ENODEV;
	atomic_inc(&probing);
	err = net_probe(hvdev);
	if (err)
		dev_info(&hvdev->device,
			 "xen-hyperv: left to the native driver: it cannot be used (%d)\n",
			 err);
	WRITE_ONCE(last_change, jiffies);
	atomic_dec(&probing);
	return err ? -ENODEV : 0;
}

static xhv_hv_remove_t remove_net(struct hv_device *hvdev)
{
	net_remove(hvdev);
	return XHV_HV_REMOVED;
}

static const struct hv_vmbus_device_id net_ids[] = {
	{ HV_NIC_GUID, .driver_data = KIND_NET },
	{ },
};
MODULE_DEVICE_TABLE(vmbus, net_ids);

static struct hv_driver net_driver = {
	.name = "xen-hyperv-net",
	.id_table = net_ids,
	.probe = probe_net,
	.remove = remove_net,
	.driver = { .probe_type = PROBE_FORCE_SYNCHRONOUS },
};

static int bus_event(struct notifier_block *nb, unsigned long action,
		     void *data)
{
	if (action == BUS_NOTIFY_ADD_DEVICE)
		WRITE_ONCE(last_change, jiffies);
	return NOTIFY_DONE;
}

static struct notifier_block bus_nb = { .notifier_call = bus_event };

static bool nics_taken;

/*
 * NICs are no reason for or against waking: without their front end, or with a
 * driver already, they stay as they are, under the same names.
 */
static int take_nics(void)
{
	int err;

	if (!xhv_net_front_end()) {
		pr_notice("NICs stay native: xen-netfront does not load\n");
		return 0;
	}
	err = vmbus_driver_register(&net_driver);
	nics_taken = !err;
	return err;
}

/*
 * Names follow a rule, so they cannot be given before the disks are known.
 * The host offers devices one by one when VMBus asks (vmbus_request_offers()),
 * and this module may be loaded by the first of them. The host says when it
 * has offered all, but kernels before 6.14 throw that away
 * (vmbus_onoffers_delivered() in drivers/hv/channel_mgmt.c), so quiet is what
 * tells: offers come within milliseconds of each other. Disks that come later
 * take the next free names.
 */
static void wait_until_quiet(void)
{
	unsigned long end = jiffies + msecs_to_jiffies(QUIET_MAX_MS);
	unsigned long quiet = msecs_to_jiffies(QUIET_MS);

	while (time_before(jiffies, end)) {
		if (!atomic_read(&probing) &&
		    time_after(jiffies, READ_ONCE(last_change) + quiet))
			return;
		msleep(20);
	}
}

/* Would the device be ours by policy? */
static bool wanted(const struct hv_device *hvdev)
{
	const struct hv_vmbus_device_id *id;

	for (id = ids; !guid_is_null(&id->guid); id++)
		if (guid_equal(&id->guid, &hvdev->dev_type))
			return !left_native(hvdev, id->driver_data);
	return false;
}

/* Ends the search at a device of ours that another driver has already. */
static int bound_elsewhere(struct device *dev, void *data)
{
	char *owner = data;

	if (!wanted(device_to_hv_device(dev)))
		return 0;
	device_lock(dev);
	if (dev->driver)
		strscpy(owner, dev->driver->name, OWNER_LEN);
	device_unlock(dev);
	return owner[0];
}

/* The bus is not exported: only a driver on it knows it. This one fits no
 * device.
 */
static const struct hv_vmbus_device_id no_ids[] = { { } };
static struct hv_driver scout = {
	.name = "xen-hyperv-scout",
	.id_table = no_ids,
};

/* Fills in the name of a driver that has a device of ours. */
static bool find_owner(char owner[OWNER_LEN])
{
	owner[0] = '\0';
	if (vmbus_driver_register(&scout))
		return false;
	bus_for_each_dev(scout.driver.bus, NULL, owner, bound_elsewhere);
	vmbus_driver_unregister(&scout);
	return owner[0];
}

/*
 * Wakes the Xen side, or tells it what speaks against that before anything is
 * changed: a kernel that is half awake would have neither the native names nor
 * Xen's.
 */
static int wake(void)
{
	char owner[OWNER_LEN];
	int err = xhv_may_activate();

	if (err)
		return err;
	if (!hv_is_hyperv_initialized())
		return xhv_refuse(-ENODEV, "this is no guest of Hyper-V");
	/* In an isolated VM the host must not see our memory, and the Xen
	 * interfaces assume that it may.
	 */
	if (hv_is_isolation_supported())
		return xhv_refuse(-EPERM, "this is an isolated VM");
	/* A front end that is built in looked for Xen at boot and gave up, and
	 * its init function is gone (xlblk_init() in
	 * drivers/block/xen-blkfront.c).
	 */
	if (!IS_MODULE(CONFIG_XEN_BLKDEV_FRONTEND))
		return xhv_refuse(-EOPNOTSUPP, "xen-blkfront is not a module of this kernel");
	if (!native_makes_sense())
		return xhv_refuse(-EINVAL, "native=%s is no list of kinds and instance GUIDs",
				  native);
	if (xhv_is_active())
		return 0;
	/* Too late: native names are in use by now. */
	if (find_owner(owner))
		return xhv_refuse(-EBUSY, "%s has disks already", owner);
	if (!xhv_block_front_end_loadable())
		return xhv_refuse(-ENOENT, "xen-blkfront cannot be loaded");
	return xhv_activate();
}

static int __init vmbus_init(void)
{
	int err;

	err = wake();
	if (err)
		return err;
	if (!xhv_block_front_end()) {
		pr_warn("disks stay native: xen-blkfront does not load\n");
		return -ENODEV;
	}

	last_change = jiffies;
	err = vmbus_driver_register(&driver);
	if (err)
		return err;
	err = take_nics();
	if (err) {
		vmbus_driver_unregister(&driver);
		return err;
	}
	/* For the waiting only: without it disks are named a little early. */
	if (!bus_register_notifier(driver.driver.bus, &bus_nb)) {
		wait_until_quiet();
		bus_unregister_notifier(driver.driver.bus, &bus_nb);
	}
	WRITE_ONCE(settled, true);
	xhv_block_settle();
	xhv_net_settle();
	return 0;
}

static void __exit vmbus_exit(void)
{
	if (nics_taken)
		vmbus_driver_unregister(&net_driver);
	vmbus_driver_unregister(&driver);
}

module_init(vmbus_init);
module_exit(vmbus_exit);

MODULE_DESCRIPTION("Xen devices from Hyper-V's synthetic devices");
MODULE_LICENSE("GPL");
