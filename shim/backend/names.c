// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which disk is xvda: one rule, whatever order a host offers its disks in
 * (docs/names.md).
 *
 * IDE disks by controller and position, then SCSI disks by the text of the
 * controller's instance GUID and the LUN, then loopback disks; CD-ROMs after
 * all disks. disk_names= gives chosen disks other names.
 */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/list_sort.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "vbd.h"

static char *disk_names;
module_param(disk_names, charp, 0400);
MODULE_PARM_DESC(disk_names, "names of chosen disks: <controller GUID>:<lun>=xvdX,...");

/* Device numbers of xvd disks (public/io/blkif.h, "virtual-device"): major
 * 202 with 16 minors a disk for the first 16, extended numbers beyond.
 */
#define XVD_MAJOR	202
#define XVD_SHIFT	4
#define XVD_PLAIN	16
#define XVD_EXT		BIT(28)
#define XVD_EXT_SHIFT	8

unsigned int vbd_name_id(unsigned int index)
{
	if (index < XVD_PLAIN)
		return XVD_MAJOR << 8 | index << XVD_SHIFT;
	return XVD_EXT | index << XVD_EXT_SHIFT;
}

int vbd_name_parse(const char *name)
{
	size_t len = strlen(name);

	if (len < 4 || len > 5 || strncmp(name, "xvd", 3) ||
	    !islower(name[3]) || (len == 5 && !islower(name[4])))
		return -EINVAL;
	if (len == 4)
		return name[3] - 'a';
	return 26 + (name[3] - 'a') * 26 + name[4] - 'a';
}

void vbd_name_format(unsigned int index, char *buf, size_t size)
{
	if (index < 26)
		snprintf(buf, size, "xvd%c", 'a' + index);
	else
		snprintf(buf, size, "xvd%c%c", 'a' + (index - 26) / 26 % 26,
			 'a' + (index - 26) % 26);
}

/* The order that people see GUIDs in is that of their text, not of their
 * bytes.
 */
static int guid_cmp(const guid_t *a, const guid_t *b)
{
	char ta[UUID_STRING_LEN + 1], tb[UUID_STRING_LEN + 1];

	snprintf(ta, sizeof(ta), "%pUl", a);
	snprintf(tb, sizeof(tb), "%pUl", b);
	return strcmp(ta, tb);
}

static int cmp(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

int vbd_name_cmp(const struct xhv_block_dev *a, const struct xhv_block_dev *b)
{
	return cmp(a->cdrom, b->cdrom) ?:
	       cmp(a->bus, b->bus) ?:
	       (a->bus == XHV_BLOCK_IDE ? cmp(a->ide_unit, b->ide_unit) : 0) ?:
	       guid_cmp(&a->guid, &b->guid) ?:
	       cmp(a->lun, b->lun);
}

static int entry_cmp(void *priv, const struct list_head *a,
		     const struct list_head *b)
{
	return vbd_name_cmp(list_entry(a, struct vbd, entry)->dev,
			    list_entry(b, struct vbd, entry)->dev);
}

void vbd_names_sort(struct list_head *list)
{
	list_sort(NULL, list, entry_cmp);
}

const char *vbd_name_entry(const char *list, guid_t *guid, u32 *lun,
			   int *index)
{
	const char *end = strchrnul(list, ',');
	char buf[UUID_STRING_LEN + 32];
	size_t len = min_t(size_t, end - list, sizeof(buf) - 1);
	char *colon, *equals;

	memcpy(buf, list, len);
	buf[len] = '\0';
	*index = -EINVAL;
	colon = strchr(buf, ':');
	equals = strchr(buf, '=');
	if (colon && equals && colon < equals) {
		*colon = '\0';
		*equals = '\0';
		if (!guid_parse(buf, guid) && strlen(buf) == UUID_STRING_LEN &&
		    !kstrtou32(colon + 1, 10, lun))
			*index = vbd_name_parse(equals + 1);
	}
	return *end ? end + 1 : NULL;
}

int vbd_name_lookup(const char *list, const struct xhv_block_dev *dev)
{
	guid_t guid;
	int index;
	u32 lun;

	while (list) {
		list = vbd_name_entry(list, &guid, &lun, &index);
		if (index >= 0 && lun == dev->lun &&
		    guid_equal(&guid, &dev->guid))
			return index;
	}
	return -ENOENT;
}

bool vbd_name_reserved(const char *list, unsigned int index)
{
	guid_t guid;
	int found;
	u32 lun;

	while (list) {
		list = vbd_name_entry(list, &guid, &lun, &found);
		if (found == index)
			return true;
	}
	return false;
}

unsigned int vbd_name_choose(const struct xhv_block_dev *dev,
			     bool (*taken)(unsigned int index))
{
	int wish = vbd_name_lookup(disk_names, dev);
	unsigned int i;

	if (wish >= 0 && !taken(wish))
		return wish;
	for (i = 0; i < VBD_MAX_NAMES; i++)
		if (!taken(i) && !vbd_name_reserved(disk_names, i))
			break;
	return i;
}
