// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which NIC is vif-0: one rule, whatever order a host offers its NICs in
 * (docs/names.md). By the text of the instance GUID; a NIC that goes and comes
 * again has its number again.
 */
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/list_sort.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "vif.h"

static struct vif_slot slots[VIF_MAX_NUMBERS];

/* The order that people see GUIDs in is that of their text, not of their bytes. */
static int guid_cmp(const guid_t *a, const guid_t *b)
{
	char ta[UUID_STRING_LEN + 1], tb[UUID_STRING_LEN + 1];

	snprintf(ta, sizeof(ta), "%pUl", a);
	snprintf(tb, sizeof(tb), "%pUl", b);
	return strcmp(ta, tb);
}

static int entry_cmp(void *priv, const struct list_head *a,
		     const struct list_head *b)
{
	return guid_cmp(&list_entry(a, struct vif, entry)->dev->guid,
			&list_entry(b, struct vif, entry)->dev->guid);
}

void vif_names_sort(struct list_head *list)
{
	list_sort(NULL, list, entry_cmp);
}

static struct vif_slot *find_slot(const guid_t *guid)
{
	struct vif_slot *unused = NULL;
	unsigned int i;

	for (i = 0; i < VIF_MAX_NUMBERS; i++)
		if (slots[i].used && guid_equal(&slots[i].guid, guid))
			return &slots[i];
	/* A number is forgotten only when there is no other left. */
	for (i = 0; i < VIF_MAX_NUMBERS; i++) {
		if (!slots[i].used)
			return &slots[i];
		if (!unused && !slots[i].in_use)
			unused = &slots[i];
	}
	return unused ?: ERR_PTR(-ENOSPC);
}

struct vif_slot *vif_slot_get(const guid_t *guid)
{
	struct vif_slot *slot = find_slot(guid);

	if (IS_ERR(slot))
		return slot;
	if (slot->in_use)
		return ERR_PTR(-EBUSY);
	slot->guid = *guid;
	slot->used = true;
	slot->in_use = true;
	return slot;
}

void vif_slot_put(struct vif_slot *slot)
{
	slot->in_use = false;
}

unsigned int vif_slot_number(const struct vif_slot *slot)
{
	return slot - slots;
}
