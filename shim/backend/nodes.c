// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes of devices in xenstore, whatever kind of device it is.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "../../include/xhv/core.h"
#include "../../include/xhv/store.h"
#include "backend.h"

/* Owned by the front end, read by the back end, and the other way round, as
 * libxl makes a device's directories.
 */
static const struct xhv_store_perm fe_perm = {
	XHV_GUEST_DOMID, XHV_BACKEND_DOMID
};

static const struct xhv_store_perm be_perm = {
	XHV_BACKEND_DOMID, XHV_GUEST_DOMID
};

static const struct xhv_store_perm private_perm = {
	XHV_BACKEND_DOMID, XHV_BACKEND_DOMID
};

int backend_put(const char *dir, const char *node, const char *fmt, ...)
{
	char path[96], val[96];
	va_list ap;

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	va_start(ap, fmt);
	vsnprintf(val, sizeof(val), fmt, ap);
	va_end(ap);
	return xhv_store_write(path, val, strlen(val));
}

int backend_get_u32(const char *dir, const char *node, u32 *val)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", dir, node);
	return xhv_store_read_u32(path, val);
}

static int mkdir_or_exists(const char *path, struct xhv_store_perm perm)
{
	int err = xhv_store_mkdir(path, perm);

	return err == -EEXIST ? 0 : err;
}

int backend_make_dirs(const char *kind, const char *fe, const char *be)
{
	char path[64];
	int err;

	snprintf(path, sizeof(path), "/local/domain/%d/backend/%s",
		 XHV_BACKEND_DOMID, kind);
	err = mkdir_or_exists(path, private_perm);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/local/domain/%d/backend/%s/%d",
		 XHV_BACKEND_DOMID, kind, XHV_GUEST_DOMID);
	err = mkdir_or_exists(path, private_perm);
	if (err)
		return err;
	snprintf(path, sizeof(path), "/local/domain/%d/device/%s",
		 XHV_GUEST_DOMID, kind);
	err = mkdir_or_exists(path, be_perm);
	if (err)
		return err;
	err = mkdir_or_exists(be, be_perm);
	if (err)
		return err;
	return mkdir_or_exists(fe, fe_perm);
}
