// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compiler.h>
#include <linux/sched.h>

#include "../../shim/backend/vbd.h"
#include "../../shim/backend/vif.h"
#include "../../shim/wake/wake.h"
#include "../../include/xhv/host.h"
#include "doubles.h"

void (*xhv_double_upcall)(void);

void xhv_wake_upcall(void)
{
	void (*upcall)(void);

	upcall = READ_ONCE(xhv_double_upcall);
	if (upcall)
		upcall();
}

u64 (*xhv_double_runtime)(void);

bool xhv_host_runtime(u64 *ns)
{
	typeof(xhv_double_runtime) runtime = READ_ONCE(xhv_double_runtime);

	if (runtime)
		*ns = runtime();
	return runtime;
}

u64 xhv_double_tsc_scale;

bool xhv_host_tsc_scale(u64 *scale)
{
	*scale = xhv_double_tsc_scale;
	return *scale;
}

const char *xhv_double_fault;
int xhv_double_failed;

void vbd_fault(struct vbd *vbd, const char *why)
{
	WRITE_ONCE(xhv_double_fault, why);
}

void vbd_failed(struct vbd *vbd, const struct vbd_request *rq, int error)
{
	WRITE_ONCE(xhv_double_failed, error);
}

void vif_fault(struct vif *vif, const char *why)
{
	WRITE_ONCE(xhv_double_fault, why);
}

static struct task_struct *no_memory_for;

void xhv_double_no_memory(bool none)
{
	WRITE_ONCE(no_memory_for, none ? current : NULL);
}

bool xhv_double_is_without_memory(void)
{
	return READ_ONCE(no_memory_for) == current;
}
