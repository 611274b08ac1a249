// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>

#include "../../shim/wake/wake.h"
#include "doubles.h"

upcall_fn *xhv_double_upcall;

void xhv_wake_upcall(void)
{
	upcall_fn *upcall = READ_ONCE(xhv_double_upcall);

	if (upcall)
		upcall();
}
