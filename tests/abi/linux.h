/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's side of listing.c, and what xen-abi/ adds to it. */
#include <linux/stddef.h>
#include <linux/types.h>
#include <xen/interface/xen.h>
#include <xen/interface/xen-mca.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/features.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/memory.h>
#include <xen/interface/physdev.h>
#include <xen/interface/sched.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/version.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/hvm/params.h>
#include <xen/interface/io/blkif.h>
#include <xen/interface/io/xenbus.h>
#include <xen/interface/io/xs_wire.h>
#include "xen-abi/extra.h"

#define XHV_SIDE(kernel, xen)	kernel
