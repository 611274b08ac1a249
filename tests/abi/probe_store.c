// SPDX-License-Identifier: GPL-2.0-only
/*
 * The probe's questions to xenstore, through /dev/xen/xenbus as raw messages:
 * docs/misc/xenstore.txt, public/io/xs_wire.h. What the kernel's own driver
 * answers (drivers/xen/xenbus/xenbus_dev_frontend.c) is among them.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <xen/io/xs_wire.h>
#include "probe.h"

#define MAX_BODY	4096
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static int bus;

struct answer {
	struct xsd_sockmsg head;
	char body[MAX_BODY + 1];
};

static int reopen(void)
{
	if (bus > 0)
		close(bus);
	bus = open("/dev/xen/xenbus", O_RDWR);
	if (bus < 0)
		err(1, "/dev/xen/xenbus");
	return bus;
}

static int get_bytes(void *to, size_t len)
{
	while (len) {
		struct pollfd p = { .fd = bus, .events = POLLIN };
		ssize_t n;

		/* The store's answers take no time; silence is one as well. */
		if (poll(&p, 1, 2000) <= 0)
			return -1;
		n = read(bus, to, len);
		if (n <= 0)
			return -1;
		to = (char *)to + n;
		len -= n;
	}
	return 0;
}

static int get_answer(struct answer *a)
{
	if (get_bytes(&a->head, sizeof(a->head)) || a->head.len > MAX_BODY)
		return -1;
	if (get_bytes(a->body, a->head.len))
		return -1;
	a->body[a->head.len] = '\0';
	return 0;
}

static int send_message(uint32_t type, uint32_t tx, const void *body, uint32_t len)
{
	static char buf[sizeof(struct xsd_sockmsg) + 2 * MAX_BODY];
	struct xsd_sockmsg head = { .type = type, .req_id = 7, .tx_id = tx, .len = len };

	memcpy(buf, &head, sizeof(head));
	memcpy(buf + sizeof(head), body, len);
	return write(bus, buf, sizeof(head) + len) == (ssize_t)(sizeof(head) + len) ? 0 : -1;
}

/* One line of text from bytes: what is no letter as \xx, at most some of it. */
static const char *shown(const char *body, uint32_t len)
{
	static char text[400];
	char *to = text;

	for (uint32_t i = 0; i < len && to < text + 200; i++) {
		unsigned char c = body[i];

		if (c >= ' ' && c < 127 && c != '\\')
			*to++ = c;
		else
			to += sprintf(to, "\\%02x", c);
	}
	if (to >= text + 200)
		to += sprintf(to, "... %u bytes", len);
	*to = '\0';
	return text;
}

/* Events may come before an answer; they are kept for who asks for them. */
static struct answer event;
static unsigned int events;

static int ask_raw(struct answer *a, uint32_t type, uint32_t tx, const void *body,
		   uint32_t len)
{
	if (send_message(type, tx, body, len)) {
		int error = errno;

		reopen();
		errno = error;
		return -1;
	}
	for (;;) {
		if (get_answer(a)) {
			errno = ETIME;
			reopen();
			return -1;
		}
		if (a->head.type != XS_WATCH_EVENT)
			return 0;
		event = *a;
		events++;
	}
}

/* Asks and prints; returns whether the answer is no error. */
static int ask_tx(const char *name, uint32_t type, uint32_t tx, const void *body,
		  uint32_t len)
{
	static struct answer a;

	if (ask_raw(&a, type, tx, body, len)) {
		say("store %s = write %s", name, outcome(-1));
		return 0;
	}
	if (a.head.type == XS_ERROR)
		say("store %s = error %s", name, shown(a.body, a.head.len));
	else if (type == XS_TRANSACTION_START)
		say("store %s = a number", name);
	else if (type == XS_DIRECTORY_PART)
		/* What it begins with is how often the node has changed. */
		say("store %s = type %u a number and %s", name, a.head.type,
		    shown(a.body + strlen(a.body), a.head.len - strlen(a.body)));
	else
		say("store %s = type %u%s %s", name, a.head.type,
		    a.head.req_id == 7 ? "" : ", another id",
		    shown(a.body, a.head.len));
	return a.head.type != XS_ERROR;
}

static int ask(const char *name, uint32_t type, const void *body, uint32_t len)
{
	return ask_tx(name, type, 0, body, len);
}

#define ASK(name, type, text)	ask(name, type, text, sizeof(text) - 1)

/*
 * Every type with every payload of which it cannot be said in which form it is
 */

static const struct payload {
	const char *name;
	const char *body;
	uint32_t len;
} payloads[] = {
	{ "nothing", "", 0 },
	{ "a NUL", "\0", 1 },
	{ "two NULs", "\0\0", 2 },
	{ "no NUL", "data", 4 },
	{ "a node", "data/probe", 11 },
	{ "a node and more", "data/probe\0more", 15 },
	{ "a node and a NUL", "data/probe\0more", 16 },
	{ "a node that is not there", "data/not-there", 15 },
	{ "another below it", "data/not-there/below", 21 },
	{ "an absolute node", "/local/domain/1/data/probe", 27 },
	{ "the root", "/", 2 },
	{ "a slash at the end", "data/", 6 },
	{ "two slashes", "data//probe", 12 },
	{ "a space", "data/a b", 9 },
	{ "a dot", "data/a.b", 9 },
	{ "a star", "data/*", 7 },
	{ "UTF-8", "data/\xc3\xa4", 8 },
	{ "all good characters", "data/aZ09-_@", 13 },
	{ "a special name", "@releaseDomain", 15 },
	{ "another special name", "@probe", 7 },
	{ "a forbidden node", "/tool/probe", 12 },
	{ "another domain's", "/local/domain/0/probe", 22 },
	{ "a number", "1", 2 },
	{ "domain 0's number", "0", 2 },
	{ "no domain's number", "77", 3 },
	{ "a negative number", "-1", 3 },
	{ "a word and T", "T", 2 },
	{ "F", "F", 2 },
};

static const struct {
	uint32_t type;
	const char *name;
} types[] = {
	{ XS_CONTROL, "CONTROL" }, { XS_DIRECTORY, "DIRECTORY" },
	{ XS_READ, "READ" }, { XS_GET_PERMS, "GET_PERMS" },
	{ XS_WATCH, "WATCH" }, { XS_UNWATCH, "UNWATCH" },
	{ XS_TRANSACTION_START, "TRANSACTION_START" },
	{ XS_TRANSACTION_END, "TRANSACTION_END" },
	{ XS_INTRODUCE, "INTRODUCE" }, { XS_RELEASE, "RELEASE" },
	{ XS_GET_DOMAIN_PATH, "GET_DOMAIN_PATH" }, { XS_WRITE, "WRITE" },
	{ XS_MKDIR, "MKDIR" }, { XS_RM, "RM" }, { XS_SET_PERMS, "SET_PERMS" },
	{ XS_WATCH_EVENT, "WATCH_EVENT" }, { XS_ERROR, "ERROR" },
	{ XS_IS_DOMAIN_INTRODUCED, "IS_DOMAIN_INTRODUCED" },
	{ XS_RESUME, "RESUME" }, { XS_SET_TARGET, "SET_TARGET" },
	{ 20, "RESTRICT" },
	{ XS_DIRECTORY_PART, "DIRECTORY_PART" },
	{ 23, "23" }, { 99, "99" }, { 0xffff, "0xffff" },
};

static void fresh(void)
{
	static struct answer a;

	reopen();
	ask_raw(&a, XS_RM, 0, "data/probe", 11);
	ask_raw(&a, XS_WRITE, 0, "data/probe\0value", 16);
	ask_raw(&a, XS_MKDIR, 0, "data/probe/below", 17);
}

static void type_cases(void)
{
	char name[128];

	for (unsigned int t = 0; t < ARRAY_SIZE(types); t++) {
		fresh();
		for (unsigned int p = 0; p < ARRAY_SIZE(payloads); p++) {
			const struct payload *load = &payloads[p];

			snprintf(name, sizeof(name), "%s of %s", types[t].name, load->name);
			ask(name, types[t].type, load->body, load->len);
			/* A transaction that has begun counts against a quota. */
			if (types[t].type == XS_TRANSACTION_START)
				reopen();
			if (types[t].type == XS_RM)
				fresh();
		}
		snprintf(name, sizeof(name), "%s in no transaction", types[t].name);
		ask_tx(name, types[t].type, 12345, "data/probe", 11);
	}
	fresh();
}

/* Long ones */
static void length_cases(void)
{
	static char body[2 * MAX_BODY];
	static const uint32_t lengths[] = { 255, 2029, 2030, 2047, 2048, 2049, 3071, 3072,
		3073, 4095, 4096 };
	static const uint32_t sizes[] = { 0, 1, 1024, 1990, 2000, 2010, 2020, 2030, 2048,
		3000, 4085 };
	char name[128];

	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		memset(body, 'a', sizeof(body));
		memcpy(body, "data/probe/", 11);
		body[lengths[i] - 1] = '\0';
		snprintf(name, sizeof(name), "READ of a path of %u bytes", lengths[i] - 1);
		ask(name, XS_READ, body, lengths[i]);
		memcpy(body, "/local/domain/1/", 16);
		snprintf(name, sizeof(name), "READ of an absolute path of %u bytes",
			 lengths[i] - 1);
		ask(name, XS_READ, body, lengths[i]);
		memcpy(body, "/aaaaaaaaaaaaaaa", 16);
		snprintf(name, sizeof(name), "READ of another absolute path of %u bytes",
			 lengths[i] - 1);
		ask(name, XS_READ, body, lengths[i]);
	}
	memset(body, 'b', sizeof(body));
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		memcpy(body, "data/probe", 11);
		body[11] = 'b';
		snprintf(name, sizeof(name), "WRITE of %u bytes", sizes[i]);
		if (11 + sizes[i] > MAX_BODY)
			continue;
		ask(name, XS_WRITE, body, 11 + sizes[i]);
	}
	for (uint32_t extra = 0; extra < 3; extra++) {
		struct xsd_sockmsg head = { .type = XS_READ, .len = MAX_BODY + extra };

		memcpy(body, &head, sizeof(head));
		reopen();
		if (extra)
			say("store a message of %u bytes = write %s", MAX_BODY + extra,
			    outcome(write(bus, body, sizeof(head) + MAX_BODY + extra)));
	}
	fresh();
}

/*
 * Nodes: what the toolstack made, and who may do what with it
 */

static const char *const nodes[] = {
	"/", "/local", "/local/domain", "/local/domain/0", "/local/domain/0/name",
	"/local/domain/0/domid", "/local/domain/0/backend",
	"/local/domain/0/backend/vbd", "/local/domain/77", "/tool", "/tool/xenstored",
	"/vm", "/libxl", "/libxl/1", "/nothing", "/local/domain/1",
	"attr", "console", "console/backend", "console/backend-id", "console/limit",
	"console/output", "console/port", "console/ring-ref", "console/tty",
	"console/type", "control", "control/feature-poweroff",
	"control/feature-reboot", "control/feature-suspend",
	"control/platform-feature-multiprocessor-suspend",
	"control/platform-feature-xs_reset_watches", "control/shutdown",
	"control/sysrq", "control/nothing", "cpu", "cpu/0", "cpu/0/availability",
	"data", "data/nothing", "device", "device/suspend",
	"device/suspend/event-channel", "device/nothing", "domid",
	"drivers", "error", "feature", "hvmloader", "memory", "memory/static-max",
	"memory/target", "memory/videoram", "name", "platform", "store",
	"store/port", "store/ring-ref", "vm", "nothing",
};

/* Their values may be another guest's. */
static const char *const values[] = {
	"domid", "attr", "data", "control", "control/shutdown", "console/limit",
	"console/output", "console/type", "console/backend",
	"console/backend-id", "control/platform-feature-multiprocessor-suspend",
	"control/platform-feature-xs_reset_watches", "cpu/0/availability",
	"device", "memory", "control/feature-suspend", "control/sysrq",
	"control/feature-poweroff", "control/feature-reboot",
};

static void node_cases(void)
{
	static struct answer a;
	char name[128];

	for (unsigned int i = 0; i < ARRAY_SIZE(nodes); i++) {
		uint32_t len = strlen(nodes[i]) + 1;

		snprintf(name, sizeof(name), "permissions of %s", nodes[i]);
		ask(name, XS_GET_PERMS, nodes[i], len);
		if (ask_raw(&a, XS_READ, 0, nodes[i], len) == 0)
			say("store may read %s = %s", nodes[i], a.head.type == XS_ERROR ?
			    shown(a.body, a.head.len) : "yes");
		if (ask_raw(&a, XS_DIRECTORY, 0, nodes[i], len) == 0)
			say("store may list %s = %s", nodes[i], a.head.type == XS_ERROR ?
			    shown(a.body, a.head.len) : "yes");
		/* One that is there is left as it is. */
		if (strstr(nodes[i], "nothing") || !strcmp(nodes[i], "platform") ||
		    !strcmp(nodes[i], "hvmloader"))
			continue;
		snprintf(name, sizeof(name), "may change %s", nodes[i]);
		ask(name, XS_MKDIR, nodes[i], len);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		snprintf(name, sizeof(name), "value of %s", values[i]);
		ask(name, XS_READ, values[i], strlen(values[i]) + 1);
	}
	ASK("new node in the home", XS_WRITE, "probe\0value");
	ASK("new node in device", XS_WRITE, "device/probe\0value");
	ASK("new node in control", XS_WRITE, "control/probe\0value");
	ASK("new node in memory", XS_WRITE, "memory/probe\0value");
	ASK("new node in cpu", XS_WRITE, "cpu/probe\0value");
	ASK("new node in console", XS_WRITE, "console/probe\0value");
	ASK("new node in store", XS_WRITE, "store/probe\0value");
	ASK("new node in drivers", XS_WRITE, "drivers/probe\0value");
	ASK("its permissions", XS_GET_PERMS, "drivers/probe\0");
	ASK("new node in error", XS_WRITE, "error/probe\0value");
	ASK("new node in feature", XS_WRITE, "feature/probe\0value");
	ASK("new node in attr", XS_WRITE, "attr/probe\0value");
	ASK("removal from the home", XS_RM, "name\0");
	ASK("removal of the home", XS_RM, "/local/domain/1\0");
	ASK("removal of control", XS_RM, "control\0");
	ASK("removal of memory/target", XS_RM, "memory/target\0");
	ASK("removal of what is not there", XS_RM, "nothing/below\0");
	ASK("removal in drivers", XS_RM, "drivers/probe\0");
	ASK("removal in error", XS_RM, "error/probe\0");
	ASK("removal in feature", XS_RM, "feature/probe\0");
	ASK("removal in attr", XS_RM, "attr/probe\0");
	ASK("removal in device", XS_RM, "device/probe\0");
	ASK("removal in control/", XS_RM, "control/probe\0");
}

static void permission_cases(void)
{
	static const struct {
		const char *name, *body;
		uint32_t len;
	} perms[] = {
		{ "own", "data/probe\0n1", 14 },
		{ "own and another's read", "data/probe\0n1\0r0", 17 },
		{ "own and many", "data/probe\0n1\0r0\0w2\0b3\0n4", 26 },
		{ "five", "data/probe\0n1\0r0\0w2\0b3\0n4\0r5", 29 },
		{ "six", "data/probe\0n1\0r0\0w2\0b3\0n4\0r5\0r6", 32 },
		{ "no such domain", "data/probe\0n1\0r77", 18 },
		{ "all may write", "data/probe\0b1", 14 },
		{ "without a NUL", "data/probe\0n1", 13 },
		{ "without a number", "data/probe\0n", 13 },
		{ "a letter that is none", "data/probe\0x1", 14 },
		{ "a number that is none", "data/probe\0nx", 14 },
		{ "a sign", "data/probe\0n-1", 15 },
		{ "a plus", "data/probe\0n+1", 15 },
		{ "hexadecimal", "data/probe\0n0x1", 16 },
		{ "text behind", "data/probe\0n1x", 15 },
		{ "a large number", "data/probe\0n1\0r65535", 21 },
		{ "a larger number", "data/probe\0n1\0r4294967296", 26 },
		{ "an empty one", "data/probe\0n1\0", 15 },
		{ "none", "data/probe", 11 },
		{ "of another", "/local/domain/0\0n1", 19 },
		{ "of control", "control\0n1", 11 },
		{ "of the home", "/local/domain/1\0n1", 19 },
		{ "of what is not there", "data/not-there\0n1", 18 },
		{ "for a special name", "@releaseDomain\0n1", 18 },
		{ "for the root", "/\0n1", 5 },
		{ "back", "data/probe\0n1", 14 },
		{ "given to domain 0", "data/probe\0n0\0b1", 17 },
	};
	char name[128];

	fresh();
	for (unsigned int i = 0; i < ARRAY_SIZE(perms); i++) {
		snprintf(name, sizeof(name), "SET_PERMS %s", perms[i].name);
		if (ask(name, XS_SET_PERMS, perms[i].body, perms[i].len)) {
			snprintf(name, sizeof(name), "permissions after %s", perms[i].name);
			ask(name, XS_GET_PERMS, "data/probe", 11);
		}
	}
	/* Children get what the node above them has then. */
	fresh();
	ASK("SET_PERMS for children", XS_SET_PERMS, "data/probe\0n1\0r2\0");
	ASK("WRITE of a child", XS_WRITE, "data/probe/child\0x");
	ASK("permissions of a child", XS_GET_PERMS, "data/probe/child\0");
	ASK("WRITE far below", XS_WRITE, "data/probe/a/b/c\0x");
	ASK("permissions far below", XS_GET_PERMS, "data/probe/a/b\0");
	ASK("READ of a node made on the way", XS_READ, "data/probe/a\0");
	ASK("DIRECTORY in order", XS_DIRECTORY, "data/probe\0");
	ASK("DIRECTORY_PART from 0", XS_DIRECTORY_PART, "data/none\0" "0\0");
	ASK("DIRECTORY_PART beyond", XS_DIRECTORY_PART, "data/none\0" "1000\0");
	ASK("DIRECTORY_PART without an offset", XS_DIRECTORY_PART, "data/probe\0");
	ASK("DIRECTORY_PART with words", XS_DIRECTORY_PART, "data/none\0abc\0");
}

static void event_case(const char *name)
{
	static struct answer a;

	/* Whatever is asked, an event comes before its answer or never. */
	ask_raw(&a, XS_GET_DOMAIN_PATH, 0, "1", 2);
	while (!events) {
		struct pollfd p = { .fd = bus, .events = POLLIN };

		if (poll(&p, 1, 300) <= 0)
			break;
		if (get_answer(&event))
			break;
		events++;
	}
	say("store event %s = %s", name,
	    events ? shown(event.body, event.head.len) : "none");
	events = 0;
}

static void watch_cases(void)
{
	fresh();
	events = 0;
	ASK("WATCH good", XS_WATCH, "data/probe\0token\0");
	event_case("at once");
	ASK("WATCH again", XS_WATCH, "data/probe\0token\0");
	ASK("WATCH with another token", XS_WATCH, "data/probe\0other\0");
	event_case("of another token");
	ASK("UNWATCH a token that is none", XS_UNWATCH, "data/probe\0none\0");
	ASK("UNWATCH a path that is none", XS_UNWATCH, "data/none\0token\0");
	ASK("UNWATCH other", XS_UNWATCH, "data/probe\0other\0");
	ASK("WRITE of what is watched", XS_WRITE, "data/probe\0new");
	event_case("of a write");
	ASK("WRITE below", XS_WRITE, "data/probe/below/deep\0x");
	event_case("below");
	ASK("RM below", XS_RM, "data/probe/below\0");
	event_case("of a removal");
	ASK("WRITE beside", XS_WRITE, "data/probes\0x");
	event_case("beside");
	ASK("RM beside", XS_RM, "data/probes\0");
	ASK("SET_PERMS of what is watched", XS_SET_PERMS, "data/probe\0n1\0");
	event_case("of permissions");
	ASK("UNWATCH good", XS_UNWATCH, "data/probe\0token\0");
	ASK("WRITE of what is no longer watched", XS_WRITE, "data/probe\0new");
	event_case("of nothing");
	ASK("WATCH absolute", XS_WATCH, "/local/domain/1/data/probe\0abs\0");
	event_case("absolute");
	ASK("UNWATCH absolute by the short name", XS_UNWATCH, "data/probe\0abs\0");
	ASK("UNWATCH absolute", XS_UNWATCH, "/local/domain/1/data/probe\0abs\0");
	ASK("WATCH what may not be read", XS_WATCH, "/tool\0t\0");
	event_case("of what may not be read");
	ASK("UNWATCH what may not be read", XS_UNWATCH, "/tool\0t\0");
	ASK("WATCH what is not there", XS_WATCH, "data/later\0t\0");
	event_case("of what is not there");
	ASK("WRITE later", XS_WRITE, "data/later\0x");
	event_case("of what is there now");
	ASK("RM later", XS_RM, "data/later\0");
	event_case("of what was there");
	ASK("WATCH special", XS_WATCH, "@releaseDomain\0t\0");
	event_case("special");
	ASK("WATCH introduce", XS_WATCH, "@introduceDomain\0t\0");
	event_case("introduce");
	ASK("WATCH another special", XS_WATCH, "@nothing\0t\0");
	ASK("WATCH without a token", XS_WATCH, "data/probe\0");
	ASK("WATCH with an empty token", XS_WATCH, "data/probe\0\0");
	event_case("of an empty token");
	ASK("WATCH the root", XS_WATCH, "/\0t\0");
	event_case("of the root");
	ASK("WATCH a bad path", XS_WATCH, "data//probe\0t\0");
	ASK("WATCH with a depth", XS_WATCH, "data/probe\0t\0" "1\0");
	reopen();
}

static uint32_t begin(void)
{
	static struct answer a;

	if (ask_raw(&a, XS_TRANSACTION_START, 0, "", 1) || a.head.type == XS_ERROR)
		return 0;
	return strtoul(a.body, NULL, 10);
}

#define ASK_TX(name, type, tx, text)	ask_tx(name, type, tx, text, sizeof(text) - 1)

static void transaction_cases(void)
{
	uint32_t tx;

	fresh();
	tx = begin();
	ASK_TX("tx WRITE", XS_WRITE, tx, "data/probe/new\0x");
	ASK("tx not seen outside", XS_READ, "data/probe/new\0");
	ASK_TX("tx seen inside", XS_READ, tx, "data/probe/new\0");
	ASK_TX("tx start in it", XS_TRANSACTION_START, tx, "\0");
	ASK_TX("tx bad end", XS_TRANSACTION_END, tx, "X\0");
	ASK_TX("tx end", XS_TRANSACTION_END, tx, "T\0");
	ASK("tx seen outside", XS_READ, "data/probe/new\0");
	ASK_TX("tx end twice", XS_TRANSACTION_END, tx, "T\0");
	ASK_TX("tx after its end", XS_READ, tx, "data/probe\0");

	tx = begin();
	ASK_TX("tx RM", XS_RM, tx, "data/probe/new\0");
	ASK_TX("tx RM seen inside", XS_READ, tx, "data/probe/new\0");
	ASK_TX("tx aborted", XS_TRANSACTION_END, tx, "F\0");
	ASK("tx aborted, outside", XS_READ, "data/probe/new\0");

	tx = begin();
	ASK_TX("tx conflict READ", XS_READ, tx, "data/probe/new\0");
	ASK("tx conflict outside", XS_WRITE, "data/probe/new\0other");
	ASK_TX("tx conflict WRITE", XS_WRITE, tx, "data/probe/new\0mine");
	ASK_TX("tx conflict end", XS_TRANSACTION_END, tx, "T\0");
	ASK("tx conflict result", XS_READ, "data/probe/new\0");

	tx = begin();
	ASK_TX("tx read only READ", XS_READ, tx, "data/probe/new\0");
	ASK_TX("tx read only end", XS_TRANSACTION_END, tx, "T\0");
	tx = begin();
	ASK_TX("tx denied WRITE", XS_WRITE, tx, "control/none\0x");
	ASK_TX("tx denied end", XS_TRANSACTION_END, tx, "T\0");
	tx = begin();
	ASK_TX("tx WATCH", XS_WATCH, tx, "data/probe\0t\0");
	ASK_TX("tx UNWATCH", XS_UNWATCH, tx, "data/probe\0t\0");
	ASK_TX("tx SET_PERMS", XS_SET_PERMS, tx, "data/probe\0n1\0r3\0");
	ASK_TX("tx GET_PERMS", XS_GET_PERMS, tx, "data/probe\0");
	ASK_TX("tx MKDIR", XS_MKDIR, tx, "data/probe/dir\0");
	ASK_TX("tx DIRECTORY", XS_DIRECTORY, tx, "data/probe\0");
	ASK_TX("tx GET_DOMAIN_PATH", XS_GET_DOMAIN_PATH, tx, "1\0");
	ASK_TX("tx all end", XS_TRANSACTION_END, tx, "T\0");
	ASK("tx all permissions", XS_GET_PERMS, "data/probe\0");
	ASK_TX("tx END of none", XS_TRANSACTION_END, 0, "T\0");
	/* As many as there may be at a time */
	for (unsigned int i = 0; i < 12; i++) {
		char name[32];

		snprintf(name, sizeof(name), "tx number %u", i + 1);
		ask(name, XS_TRANSACTION_START, "", 1);
	}
	reopen();
}

void store_cases(void)
{
	static struct answer a;

	type_cases();
	length_cases();
	node_cases();
	permission_cases();
	watch_cases();
	transaction_cases();
	fresh();
	ask_raw(&a, XS_RM, 0, "data/probe", 11);
}
