// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands to the loopback host, one a write, in
 * /sys/kernel/debug/xen-hyperv-loopback/control:
 *
 *   add N			a disk comes, with what it held
 *   insert N TEXT		a disk comes that holds TEXT and zeroes
 *   remove N			a disk goes, once it has answered all
 *   rescind N			a disk goes and answers no more
 *   resize N MIB
 *   hold N, release N		answers wait, and go
 *   fail N COUNT ERRNO [read|write|flush|discard]
 *				the next COUNT I/Os fail
 *
 * Reading shows a line a disk. A command ends when it is done; those that take
 * away a disk may wait for others.
 */
#include <linux/debugfs.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "loopback.h"
#include "net.h"

#define MAX_COMMAND	200
#define MAX_WORDS	5
#define MIB_SECTORS	(1UL << (20 - LOOP_SECTOR_SHIFT))

static const char * const op_names[] = {
	[XHV_BLOCK_READ] = "read",
	[XHV_BLOCK_WRITE] = "write",
	[XHV_BLOCK_FLUSH] = "flush",
	[XHV_BLOCK_DISCARD] = "discard",
};

static struct dentry *folder;

static int settled(int err)
{
	if (!err)
		xhv_block_settle();
	return err;
}

static int add(struct loop_disk *disk, int argc, char **argv)
{
	return settled(loop_disk_add(disk, NULL));
}

static int insert(struct loop_disk *disk, int argc, char **argv)
{
	return settled(loop_disk_add(disk, argv[0]));
}

static int remove(struct loop_disk *disk, int argc, char **argv)
{
	return loop_disk_del(disk, false);
}

static int rescind(struct loop_disk *disk, int argc, char **argv)
{
	return loop_disk_del(disk, true);
}

static int resize(struct loop_disk *disk, int argc, char **argv)
{
	unsigned int mib;
	int err = kstrtouint(argv[0], 0, &mib);

	return err ?: loop_disk_resize(disk, mib * (u64)MIB_SECTORS);
}

static int hold(struct loop_disk *disk, int argc, char **argv)
{
	loop_disk_hold(disk, true);
	return 0;
}

static int release(struct loop_disk *disk, int argc, char **argv)
{
	loop_disk_hold(disk, false);
	return 0;
}

static int fail(struct loop_disk *disk, int argc, char **argv)
{
	unsigned int count, error, ops = U32_MAX;
	int op;

	if (kstrtouint(argv[0], 0, &count) || kstrtouint(argv[1], 0, &error) ||
	    !error || error > MAX_ERRNO)
		return -EINVAL;
	if (argc > 2) {
		op = match_string(op_names, ARRAY_SIZE(op_names), argv[2]);
		if (op < 0)
			return op;
		ops = BIT(op);
	}
	loop_disk_fail(disk, count, -(int)error, ops);
	return 0;
}

static const struct {
	const char *name;
	int min;	/* arguments after the disk */
	int max;
	int (*run)(struct loop_disk *disk, int argc, char **argv);
} commands[] = {
	{ "add", 0, 0, add },
	{ "insert", 1, 1, insert },
	{ "remove", 0, 0, remove },
	{ "rescind", 0, 0, rescind },
	{ "resize", 1, 1, resize },
	{ "hold", 0, 0, hold },
	{ "release", 0, 0, release },
	{ "fail", 2, 3, fail },
};

static int run(char *text)
{
	char *words[MAX_WORDS], *word;
	struct loop_disk *disk;
	unsigned int nr;
	int i, n = 0;

	text = strim(text);
	while ((word = strsep(&text, " "))) {
		if (!*word)
			continue;
		if (n == MAX_WORDS)
			return -EINVAL;
		words[n++] = word;
	}
	if (n < 2 || kstrtouint(words[1], 0, &nr))
		return -EINVAL;
	disk = loop_disk(nr);
	if (!disk)
		return -ENODEV;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(words[0], commands[i].name) &&
		    n - 2 >= commands[i].min && n - 2 <= commands[i].max)
			return commands[i].run(disk, n - 2, words + 2);
	return -EINVAL;
}

static ssize_t control_write(struct file *file, const char __user *buf,
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

static int control_show(struct seq_file *m, void *unused)
{
	unsigned int nr, waiting, failing;
	struct loop_disk *disk;

	for (nr = 0; (disk = loop_disk(nr)); nr++) {
		if (!READ_ONCE(disk->added))
			continue;
		loop_disk_count(disk, &waiting, &failing);
		seq_printf(m, "disk=%u held=%d waiting=%u failing=%u\n", nr,
			   disk->held, waiting, failing);
	}
	return 0;
}

static int control_open(struct inode *inode, struct file *file)
{
	return single_open(file, control_show, NULL);
}

static const struct file_operations control_ops = {
	.owner = THIS_MODULE,
	.open = control_open,
	.read = seq_read,
	.write = control_write,
	.llseek = seq_lseek,
	.release = single_release,
};

void loop_control_init(void)
{
	folder = debugfs_create_dir("xen-hyperv-loopback", NULL);
	debugfs_create_file("control", 0600, folder, NULL, &control_ops);
	loop_net_control_init(folder);
}

void loop_control_exit(void)
{
	debugfs_remove(folder);
}
