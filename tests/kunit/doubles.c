// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>

#include "../../shim/backend/vbd.h"
#include "../../shim/wake/wake.h"
#include "doubles.h"

void (*xhv_double_upcall)(void);

void xhv_wake_upcall(void)
{
	void (*upcall)(void);

	upcall = READ_ONCE(xhv_double_upcall);
	if (upcall)
		upcall();
}

const char *xhv_double_fault;

void vbd_fault(struct vbd *vbd, const char *why)
{
	WRITE_ONCE(xhv_double_fault, why);
}
