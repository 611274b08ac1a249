// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to the host of the loopback NICs, one a write, in
 * /sys/kernel/debug/xen-hyperv-loopback/nics:
 *
 *   add N, remove N, rescind N		a NIC comes and goes
 *   up N, down N			its link
 *   mtu N BYTES
 *   hold N, release N			packets wait, and go
 *   fail N COUNT			the host cannot send the next COUNT
 *   bogus N TAG			a completion that nobody waits for
 *   receive N BYTES			a packet of zeroes, of any length
 *
 * Reading shows a line a queue.
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "net.h"

#define MAX_COMMAND	80

static int add(struct loop_nic *nic, unsigned int arg)
{
	int err = loop_nic_add(nic);

	if (!err)
		xhv_net_settle();
	return err;
}

static int remove(struct loop_nic *nic, unsigned int arg)
{
	return loop_nic_del(nic, false);
}

static int rescind(struct loop_nic *nic, unsigned int arg)
{
	return loop_nic_del(nic, true);
}

static int link_up(struct loop_nic *nic, unsigned int arg)
{
	return loop_nic_link(nic, true);
}

static int link_down(struct loop_nic *nic, unsigned int arg)
{
	return loop_nic_link(nic, false);
}

static int hold(struct loop_nic *nic, unsigned int arg)
{
	loop_nic_hold(nic, true);
	return 0;
}

static int release(struct loop_nic *nic, unsigned int arg)
{
	loop_nic_hold(nic, false);
	return 0;
}

static int fail(struct loop_nic *nic, unsigned int arg)
{
	atomic_set(&nic->fail_count, arg);
	return 0;
}

static int bogus(struct loop_nic *nic, unsigned int arg)
{
	return loop_nic_bogus(nic, arg);
}

static const struct {
	const char *name;
	bool arg;
	int (*run)(struct loop_nic *nic, unsigned int arg);
} commands[] = {
	{ "add", false, add },
	{ "remove", false, remove },
	{ "rescind", false, rescind },
	{ "up", false, link_up },
	{ "down", false, link_down },
	{ "mtu", true, loop_nic_mtu },
	{ "hold", false, hold },
	{ "release", false, release },
	{ "fail", true, fail },
	{ "bogus", true, bogus },
	{ "receive", true, loop_nic_receive },
};

static int run(const char *text)
{
	unsigned int nr, arg = 0;
	struct loop_nic *nic;
	char word[16];
	int i, n;

	n = sscanf(text, "%15s %u %u", word, &nr, &arg);
	if (n < 2)
		return -EINVAL;
	nic = loop_nic(nr);
	if (!nic)
		return -ENODEV;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(word, commands[i].name) &&
		    n == 2 + commands[i].arg)
			return commands[i].run(nic, arg);
	return -EINVAL;
}

static ssize_t nics_write(struct file *file, const char __user *buf,
			  size_t size, loff_t *pos)
{
	char text[MAX_COMMAND];
	int err;

	if (size >= sizeof(text))
		return -E2BIG;
	if (copy_from_user(text, buf, size))
		return -EFAULT;
	text[size] = '\0';
	err = run(text);
	return err ?: size;
}

static int nics_show(struct seq_file *m, void *unused)
{
	const struct loop_nic_queue *lq;
	struct loop_nic *nic;
	unsigned int nr, i;

	rcu_read_lock();
	for (nr = 0; (nic = loop_nic(nr)); nr++) {
		for (i = 0; i < MAX_NIC_QUEUES; i++) {
			lq = rcu_dereference(nic->queues[i]);
			if (!lq)
				continue;
			seq_printf(m, "nic=%u queue=%u cpu=%u waiting=%u held=%d\n",
				   nr, i, READ_ONCE(lq->cpu),
				   READ_ONCE(lq->tail) - READ_ONCE(lq->head),
				   nic->held);
		}
	}
	rcu_read_unlock();
	return 0;
}

static int nics_open(struct inode *inode, struct file *file)
{
	return single_open(file, nics_show, NULL);
}

static const struct file_operations nics_ops = {
	.owner = THIS_MODULE,
	.open = nics_open,
	.read = seq_read,
	.write = nics_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void loop_net_control_init(struct dentry *folder)
{
	debugfs_create_file("nics", 0600, folder, NULL, &nics_ops);
}
