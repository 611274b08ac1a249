/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before all else: the configuration of a kernel with xen-blkfront
 * built in.
 */
#undef CONFIG_XEN_BLKDEV_FRONTEND_MODULE
#define CONFIG_XEN_BLKDEV_FRONTEND 1
