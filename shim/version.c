// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen_version; see version.h.
 */
#include <linux/dmi.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/stringify.h>
#include <linux/string.h>
#include <linux/uuid.h>

#include "guest.h"
#include "version.h"

#define XEN_MAJOR	4
#define XEN_MINOR	17
#define XEN_EXTRA	".7"

/*
 * The feature set: all that a guest is told of what it runs on, as one thing
 * with a number. A guest that is told more or other things after an update of
 * this module may behave differently, so a set that has been released is not
 * changed; a new one gets the next number.
 *
 * Set 1 is a PVH guest of Xen 4.17.7 as Debian 12 has it, without vPCI and
 * nested virtualization. It is what the guest is told by hypercall; what the
 * kernel is woken with is in wake/ (its upcall does not come by vector, so it
 * must not believe in hvm_callback_vector there).
 */
static const struct {
	unsigned int set;
	u32 features;
	u64 virt_start;
	const char *guest_type;
	const char *capabilities;
} announced = {
	.set = 1,
	.features = BIT(XENFEAT_writable_page_tables) |
		    BIT(XENFEAT_auto_translated_physmap) |
		    BIT(XENFEAT_hvm_callback_vector) |
		    BIT(XENFEAT_hvm_safe_pvclock) |
		    BIT(XENFEAT_memory_op_vnode_supported) |
		    BIT(XENFEAT_not_direct_mapped),
	.virt_start = 0xffff800000000000,
	.guest_type = "PVH",
	/* arch_get_xen_caps() ends each with a space. */
	.capabilities = "xen-3.0-x86_64 hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 ",
};

const char *xhv_version_string(void)
{
	return __stringify(XEN_MAJOR) "." __stringify(XEN_MINOR) XEN_EXTRA;
}

const char *xhv_version_guest_type(void)
{
	return announced.guest_type;
}

unsigned int xhv_version_feature_set(void)
{
	return announced.set;
}

long xhv_version_version(void)
{
	return XEN_MAJOR << 16 | XEN_MINOR;
}

long xhv_version_extraversion(struct xen_extraversion *a)
{
	strscpy(a->extraversion, XEN_EXTRA, sizeof(a->extraversion));
	return 0;
}

/* Who really built what answers, not who built that Xen. */
long xhv_version_compile_info(struct xen_compile_info *a)
{
	strscpy(a->compiler, CONFIG_CC_VERSION_TEXT, sizeof(a->compiler));
	strscpy(a->compile_by, "xen-hyperv", sizeof(a->compile_by));
	strscpy(a->compile_domain, "", sizeof(a->compile_domain));
	strscpy(a->compile_date, "", sizeof(a->compile_date));
	return 0;
}

long xhv_version_capabilities(struct xen_capabilities_info *a)
{
	strscpy(a->info, announced.capabilities, sizeof(a->info));
	return 0;
}

/* Empty for a release; the dispatcher has zeroed it. */
long xhv_version_changeset(struct xen_changeset_info *a)
{
	return 0;
}

long xhv_version_platform_parameters(struct xen_platform_parameters *a)
{
	a->virt_start = announced.virt_start;
	return 0;
}

long xhv_version_get_features(struct xen_feature_info *a)
{
	if (a->submap_idx)
		return -EINVAL;
	a->submap = announced.features;
	return 0;
}

long xhv_version_pagesize(unsigned long gva)
{
	return gva ? -EINVAL : PAGE_SIZE;
}

/* The host's UUID for this guest; without SMBIOS a new one, as xl makes it. */
const uuid_t *xhv_version_uuid(void)
{
	static uuid_t uuid;
	const char *dmi = dmi_get_system_info(DMI_PRODUCT_UUID);

	if (!uuid_is_null(&uuid))
		return &uuid;
	if (!dmi || uuid_parse(dmi, &uuid) || uuid_is_null(&uuid))
		uuid_gen(&uuid);
	return &uuid;
}

long xhv_version_guest_handle(xhv_domain_handle_t *a)
{
	export_uuid(a->b, xhv_version_uuid());
	return 0;
}

/* What Xen gives a domain that may not know: not an error, a text. */
long xhv_version_commandline(unsigned long gva)
{
	static const char denied[] = "<denied>";

	return xhv_copy_to_guest(gva, denied, sizeof(denied));
}
