/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen_version: which Xen the guest is told it runs on.
 */
#ifndef XHV_VERSION_H
#define XHV_VERSION_H

#include <linux/types.h>
#include <linux/uuid.h>
#include <xen/interface/xen.h>
#include <xen/interface/version.h>
#include "../xen-abi/extra.h"

/* "4.17.7"; "PVH", as /sys/hypervisor/guest_type has it; the number of the
 * feature set. Any context.
 */
const char *xhv_version_string(void);
const char *xhv_version_guest_type(void);
unsigned int xhv_version_feature_set(void);

/* The domain's UUID: XENVER_guest_handle and xenstore's /vm/<uuid>. Process
 * context; the first call, while the store is made, chooses it.
 */
const uuid_t *xhv_version_uuid(void);

/* Handlers, see xen-abi/hypercalls.h; answers as do_xen_version() in
 * xen/common/kernel.c. Any context.
 */
long xhv_version_version(void);
long xhv_version_extraversion(struct xen_extraversion *a);
long xhv_version_compile_info(struct xen_compile_info *a);
long xhv_version_capabilities(struct xen_capabilities_info *a);
long xhv_version_changeset(struct xen_changeset_info *a);
long xhv_version_platform_parameters(struct xen_platform_parameters *a);
long xhv_version_get_features(struct xen_feature_info *a);
long xhv_version_pagesize(unsigned long gva);
long xhv_version_guest_handle(xhv_domain_handle_t *a);
long xhv_version_commandline(unsigned long gva);

#endif /* XHV_VERSION_H */
