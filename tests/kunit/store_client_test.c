// SPDX-License-Identifier: GPL-2.0-only
/*
 * Back ends as clients of the store: the functions of xhv/store.h.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <xhv/store.h>

#include "../../shim/store/server.h"

#define DIR	"/local/domain/0/backend/vbd/1/51712"
#define WAIT	(10 * HZ)

static int client_init(struct kunit *test)
{
	return xhv_store_init();
}

static void client_exit(struct kunit *test)
{
	xhv_store_exit();
}

static void values_test(struct kunit *test)
{
	char buf[8];
	u32 val = 0;

	KUNIT_EXPECT_EQ(test, xhv_store_write(DIR "/a", "hello", 5), 0);
	KUNIT_EXPECT_EQ(test, xhv_store_read(DIR "/a", buf, sizeof(buf)), 5);
	KUNIT_EXPECT_STREQ(test, (char *)buf, "hello");
	KUNIT_EXPECT_EQ(test, xhv_store_read(DIR "/a", buf, 3), 5);
	KUNIT_EXPECT_STREQ(test, (char *)buf, "he");
	KUNIT_EXPECT_EQ(test, xhv_store_printf(DIR "/n", "%u", 4294967295u), 0);
	KUNIT_EXPECT_EQ(test, xhv_store_read_u32(DIR "/n", &val), 0);
	KUNIT_EXPECT_EQ(test, val, 4294967295u);
	KUNIT_EXPECT_EQ(test, xhv_store_read(DIR "/none", buf, 8), -ENOENT);
	KUNIT_EXPECT_EQ(test, xhv_store_read_u32(DIR "/none", &val), -ENOENT);
	KUNIT_EXPECT_EQ(test, xhv_store_rm(DIR), 0);
	KUNIT_EXPECT_EQ(test, xhv_store_read(DIR "/a", buf, 8), -ENOENT);
	KUNIT_EXPECT_EQ(test, xhv_store_write("bad path", "", 0), -EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_store_mkdir(DIR "/", (struct xhv_store_perm){}),
			-EINVAL);
	KUNIT_EXPECT_EQ(test, xhv_store_mkdir(DIR, (struct xhv_store_perm){
			.owner = 9 }), -ENOENT);
	KUNIT_EXPECT_EQ(test, xhv_store_mkdir(DIR, (struct xhv_store_perm){
			.owner = 1 }), 0);
}

static void numbers_test(struct kunit *test)
{
	static const char * const bad[] = {
		"", "x", "-1", "+1", "1\n", " 1", "1 ", "0x1", "4294967296",
		"99999999999999", "1x",
	};
	unsigned int i;
	u32 val = 7;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		xhv_store_write(DIR "/n", bad[i], strlen(bad[i]));
		KUNIT_EXPECT_EQ_MSG(test, xhv_store_read_u32(DIR "/n", &val),
				    -EINVAL, "\"%s\"", bad[i]);
	}
	xhv_store_write(DIR "/n", "1\0", 2);
	KUNIT_EXPECT_EQ(test, xhv_store_read_u32(DIR "/n", &val), -EINVAL);
	KUNIT_EXPECT_EQ(test, val, 7u);
}

struct watcher {
	struct xhv_store_watch w;
	struct completion fired;
	unsigned int count;
	char path[64];
	struct completion leave;	/* fire() waits for it, if @hold */
	bool hold;
	bool left;
	struct delayed_work release;
};

static void fire(struct xhv_store_watch *w, const char *path)
{
	struct watcher *x = container_of(w, struct watcher, w);
	bool hold = x->hold;

	x->count++;
	strscpy(x->path, path, sizeof(x->path));
	complete(&x->fired);
	if (hold)
		wait_for_completion_timeout(&x->leave, WAIT);
	x->left = true;
}

static void release(struct work_struct *work)
{
	struct watcher *x = container_of(work, struct watcher, release.work);

	complete(&x->leave);
}

static struct watcher *watcher(struct kunit *test, const char *path,
			       void (*fn)(struct xhv_store_watch *w,
					  const char *path))
{
	struct watcher *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, x);
	x->w.path = path;
	x->w.fire = fn;
	init_completion(&x->fired);
	init_completion(&x->leave);
	INIT_DELAYED_WORK(&x->release, release);
	return x;
}

static void expect_fired(struct kunit *test, struct watcher *x,
			 const char *path)
{
	KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&x->fired, WAIT), 0ul);
	KUNIT_EXPECT_STREQ(test, (char *)x->path, path);
}

static void watch_test(struct kunit *test)
{
	struct watcher *x = watcher(test, DIR, fire);

	KUNIT_ASSERT_EQ(test, xhv_store_watch(&x->w), 0);
	expect_fired(test, x, DIR);
	xhv_store_write(DIR "/state", "1", 1);
	expect_fired(test, x, DIR "/state");
	xhv_store_write("/tool/other", "1", 1);
	xhv_store_rm(DIR);
	expect_fired(test, x, DIR);
	xhv_store_unwatch(&x->w);
	xhv_store_write(DIR "/state", "1", 1);
	xhv_store_unwatch(&x->w);
	KUNIT_EXPECT_EQ(test, x->count, 3u);
	x->w.path = "no path";
	KUNIT_EXPECT_EQ(test, xhv_store_watch(&x->w), -EINVAL);
}

/* A fire() that uses the store: it copies "in" to "out". */
static void copy(struct xhv_store_watch *w, const char *path)
{
	char buf[16];

	if (xhv_store_read(DIR "/in", buf, sizeof(buf)) < 0)
		return;
	xhv_store_write(DIR "/out", buf, strlen(buf));
}

static void reenter_test(struct kunit *test)
{
	struct watcher *x = watcher(test, DIR "/in", copy);
	struct watcher *y = watcher(test, DIR "/out", fire);
	char buf[16] = "";

	KUNIT_ASSERT_EQ(test, xhv_store_watch(&y->w), 0);
	expect_fired(test, y, DIR "/out");
	KUNIT_ASSERT_EQ(test, xhv_store_watch(&x->w), 0);
	xhv_store_write(DIR "/in", "moved", 5);
	expect_fired(test, y, DIR "/out");
	xhv_store_unwatch(&x->w);
	xhv_store_unwatch(&y->w);
	KUNIT_EXPECT_EQ(test, xhv_store_read(DIR "/out", buf, sizeof(buf)), 5);
	KUNIT_EXPECT_STREQ(test, (char *)buf, "moved");
}

/* While fire() runs the store works; unwatch waits for its end. */
static void unwatch_waits_test(struct kunit *test)
{
	struct watcher *x = watcher(test, DIR, fire);
	struct watcher *y = watcher(test, DIR, fire);

	x->hold = true;
	KUNIT_ASSERT_EQ(test, xhv_store_watch(&x->w), 0);
	expect_fired(test, x, DIR);
	/* These wait behind the one that runs; unwatching takes them away. */
	KUNIT_ASSERT_EQ(test, xhv_store_watch(&y->w), 0);
	KUNIT_EXPECT_EQ(test, xhv_store_write(DIR "/state", "1", 1), 0);
	xhv_store_unwatch(&y->w);
	KUNIT_EXPECT_EQ(test, y->count, 0u);
	KUNIT_EXPECT_FALSE(test, x->left);
	schedule_delayed_work(&x->release, HZ / 10);
	xhv_store_unwatch(&x->w);
	KUNIT_EXPECT_TRUE(test, x->left);
	KUNIT_EXPECT_EQ(test, x->count, 1u);
	flush_delayed_work(&x->release);
}

/* More events than may wait: the watch still hears of it. */
static void overflow_test(struct kunit *test)
{
	struct watcher *x = watcher(test, DIR, fire);
	char path[64];
	unsigned int i;

	x->hold = true;
	KUNIT_ASSERT_EQ(test, xhv_store_watch(&x->w), 0);
	expect_fired(test, x, DIR);
	for (i = 0; i < 2000; i++) {
		snprintf(path, sizeof(path), DIR "/%u", i);
		KUNIT_ASSERT_EQ(test, xhv_store_write(path, "", 0), 0);
	}
	x->hold = false;
	complete(&x->leave);
	do {
		KUNIT_ASSERT_NE(test, wait_for_completion_timeout(&x->fired,
								  WAIT), 0ul);
	} while (strcmp(x->path, DIR));
	xhv_store_unwatch(&x->w);
	KUNIT_EXPECT_EQ(test, x->count, 1u + 1024 + 1);
}

static struct kunit_case client_cases[] = {
	KUNIT_CASE(values_test),
	KUNIT_CASE(numbers_test),
	KUNIT_CASE(watch_test),
	KUNIT_CASE(reenter_test),
	KUNIT_CASE(unwatch_waits_test),
	KUNIT_CASE(overflow_test),
	{}
};

static struct kunit_suite client_suite = {
	.name = "xhv-store-client",
	.init = client_init,
	.exit = client_exit,
	.test_cases = client_cases,
};

kunit_test_suites(&client_suite);
