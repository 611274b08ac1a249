// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a command in the guest asks the rig, through the agent, for something of
 * the host. A question is one packet, a frame's type and payload (protocol.h),
 * and so is the answer, the answering frame's payload.
 *
 *   rig-stat           prints the host's statistics, "name value" lines
 *   rig-host JSON...   runs QMP commands on the guest's QEMU, one after the
 *                      other, and prints the answers; ends with 1 at the first
 *                      that QEMU refuses, its error on stderr
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ask.h"
#include "port.h"
#include "protocol.h"

#define ASK_SOCKET	"/run/xhv-rig.socket"

static char buffer[1 + RIG_MAX_PAYLOAD];

static void set_address(struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	strcpy(addr->sun_path, ASK_SOCKET);
}

int ask_listen(void)
{
	struct sockaddr_un addr;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	set_address(&addr);
	unlink(addr.sun_path);
	if (fd >= 0 && (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, 8))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Returns the length of the answer, which is in the buffer. */
static size_t ask(uint8_t type, const char *text)
{
	size_t len = strlen(text);
	struct sockaddr_un addr;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	ssize_t n;

	if (len > RIG_MAX_PAYLOAD) {
		errno = EMSGSIZE;
		die("question");
	}
	set_address(&addr);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(ASK_SOCKET);
	buffer[0] = type;
	memcpy(buffer + 1, text, len);
	if (send(fd, buffer, 1 + len, MSG_NOSIGNAL) < 0)
		die("question");
	n = recv(fd, buffer, sizeof(buffer), 0);
	if (n <= 0) {
		errno = n ? errno : ECONNRESET;
		die("no answer");
	}
	close(fd);
	return n;
}

static void print(int fd, const char *text, size_t len)
{
	if (!write_all(fd, text, len))
		die("write");
}

static int rig_host(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: rig-host JSON... (QMP commands)\n");
		return 2;
	}
	for (int i = 1; i < argc; i++) {
		size_t len = ask(RIG_ASK_HOST, argv[i]);
		uint32_t refused;
		int fd;

		if (len < sizeof(refused)) {
			errno = EPROTO;
			die("answer");
		}
		memcpy(&refused, buffer, sizeof(refused));
		fd = refused ? STDERR_FILENO : STDOUT_FILENO;
		print(fd, buffer + sizeof(refused), len - sizeof(refused));
		print(fd, "\n", 1);
		if (refused)
			return 1;
	}
	return 0;
}

void ask_main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	name = name ? name + 1 : argv[0];
	if (!strcmp(name, "rig-host"))
		exit(rig_host(argc, argv));
	if (!strcmp(name, "rig-stat")) {
		size_t len = ask(RIG_ASK_STAT, "");

		print(STDOUT_FILENO, buffer, len);
		exit(0);
	}
}
