// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/hypervisor as drivers/xen/sys-hypervisor.c shows it; that code is
 * __init. Agents and tools read these files to learn that they run on Xen.
 *
 * Every value comes by hypercall, so that it is what the guest is told.
 */
#include <linux/kobject.h>
#include <linux/sysfs.h>
#include <linux/uuid.h>
#include <xen/interface/xen.h>
#include <xen/interface/version.h>
#include <asm/xen/hypercall.h>

#include "../../xen-abi/extra.h"
#include "../version.h"
#include "wake.h"

#define SHOW(name)							\
	static ssize_t name##_show(struct kobject *kobj,		\
				   struct kobj_attribute *attr, char *buf)
#define ATTR_RO(name)							\
	static struct kobj_attribute name##_attr = __ATTR_RO(name)

SHOW(type)
{
	return sysfs_emit(buf, "xen\n");
}

SHOW(guest_type)
{
	return sysfs_emit(buf, "%s\n", xhv_version_guest_type());
}

SHOW(uuid)
{
	xhv_domain_handle_t handle;
	int err = HYPERVISOR_xen_version(XENVER_guest_handle, &handle);

	return err ? err : sysfs_emit(buf, "%pU\n", handle.b);
}

SHOW(major)
{
	return sysfs_emit(buf, "%d\n",
			  HYPERVISOR_xen_version(XENVER_version, NULL) >> 16);
}

SHOW(minor)
{
	return sysfs_emit(buf, "%d\n",
			  HYPERVISOR_xen_version(XENVER_version, NULL) & 0xffff);
}

SHOW(extra)
{
	struct xen_extraversion extra;
	int err = HYPERVISOR_xen_version(XENVER_extraversion, &extra);

	return err ? err : sysfs_emit(buf, "%s\n", extra.extraversion);
}

SHOW(compiler)
{
	struct xen_compile_info info;
	int err = HYPERVISOR_xen_version(XENVER_compile_info, &info);

	return err ? err : sysfs_emit(buf, "%s\n", info.compiler);
}

SHOW(compiled_by)
{
	struct xen_compile_info info;
	int err = HYPERVISOR_xen_version(XENVER_compile_info, &info);

	return err ? err : sysfs_emit(buf, "%s\n", info.compile_by);
}

SHOW(compile_date)
{
	struct xen_compile_info info;
	int err = HYPERVISOR_xen_version(XENVER_compile_info, &info);

	return err ? err : sysfs_emit(buf, "%s\n", info.compile_date);
}

SHOW(capabilities)
{
	struct xen_capabilities_info info;
	int err = HYPERVISOR_xen_version(XENVER_capabilities, &info);

	return err ? err : sysfs_emit(buf, "%s\n", info.info);
}

SHOW(changeset)
{
	struct xen_changeset_info info;
	int err = HYPERVISOR_xen_version(XENVER_changeset, &info);

	return err ? err : sysfs_emit(buf, "%s\n", info.info);
}

SHOW(virtual_start)
{
	struct xen_platform_parameters parms;
	int err = HYPERVISOR_xen_version(XENVER_platform_parameters, &parms);

	return err ? err : sysfs_emit(buf, "%lx\n", parms.virt_start);
}

SHOW(pagesize)
{
	int size = HYPERVISOR_xen_version(XENVER_pagesize, NULL);

	return size < 0 ? size : sysfs_emit(buf, "%x\n", size);
}

SHOW(features)
{
	struct xen_feature_info info = { .submap_idx = 0 };
	int err = HYPERVISOR_xen_version(XENVER_get_features, &info);

	return err ? err : sysfs_emit(buf, "%08x\n", info.submap);
}

/* A domU may not ask (xsm/dummy.h: xsm_xen_version()). */
SHOW(buildid)
{
	int len = HYPERVISOR_xen_version(XENVER_build_id, NULL);

	return len == -EPERM ? sysfs_emit(buf, "<denied>") : -EIO;
}

ATTR_RO(type);
ATTR_RO(guest_type);
ATTR_RO(uuid);
ATTR_RO(major);
ATTR_RO(minor);
ATTR_RO(extra);
ATTR_RO(compiler);
ATTR_RO(compiled_by);
ATTR_RO(compile_date);
ATTR_RO(capabilities);
ATTR_RO(changeset);
ATTR_RO(virtual_start);
ATTR_RO(pagesize);
ATTR_RO(features);
ATTR_RO(buildid);

static struct attribute *top_attrs[] = {
	&type_attr.attr, &guest_type_attr.attr, &uuid_attr.attr, NULL
};

static struct attribute *version_attrs[] = {
	&major_attr.attr, &minor_attr.attr, &extra_attr.attr, NULL
};

static struct attribute *compilation_attrs[] = {
	&compiler_attr.attr, &compiled_by_attr.attr, &compile_date_attr.attr,
	NULL
};

static struct attribute *properties_attrs[] = {
	&capabilities_attr.attr, &changeset_attr.attr,
	&virtual_start_attr.attr, &pagesize_attr.attr, &features_attr.attr,
	&buildid_attr.attr, NULL
};

static const struct attribute_group top_group = { .attrs = top_attrs };
static const struct attribute_group version_group = {
	.name = "version", .attrs = version_attrs
};

static const struct attribute_group compilation_group = {
	.name = "compilation", .attrs = compilation_attrs
};

static const struct attribute_group properties_group = {
	.name = "properties", .attrs = properties_attrs
};

static const struct attribute_group *groups[] = {
	&top_group, &version_group, &compilation_group, &properties_group, NULL
};

int xhv_sysfs_add(void)
{
	return sysfs_create_groups(hypervisor_kobj, groups);
}

void xhv_sysfs_del(void)
{
	sysfs_remove_groups(hypervisor_kobj, groups);
}
