// SPDX-License-Identifier: GPL-2.0-only
/*
 * The agent's port: bytes to and from the rig, by a virtio port or a terminal.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "port.h"
#include "protocol.h"

static bool terminal;	/* it is one: some bytes come escaped */
static bool escaped;	/* the last one that came was RIG_ESCAPE */

/* Moves exactly len bytes, whether or not the descriptor blocks. */
bool read_all(int fd, void *buf, size_t len)
{
	while (len) {
		ssize_t n = read(fd, buf, len);

		if (n > 0) {
			buf = (char *)buf + n;
			len -= n;
		} else if (n == 0) {
			return false;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool write_all(int fd, const void *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n >= 0) {
			buf = (const char *)buf + n;
			len -= n;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
		} else if (errno != EINTR) {
			return false;
		}
	}
	return true;
}

bool port_read(int port, void *buf, size_t len)
{
	char *at = buf, *end = at + len, *to;

	if (!terminal)
		return read_all(port, buf, len);
	/* There are never fewer bytes on the line than in the frame. */
	while (at < end) {
		to = at;
		if (!read_all(port, at, end - at))
			return false;
		for (; at < end; at++) {
			if (escaped) {
				*to++ = *at ^ RIG_ESCAPE_FLIP;
				escaped = false;
			} else if (*at == RIG_ESCAPE) {
				escaped = true;
			} else {
				*to++ = *at;
			}
		}
		at = to;
	}
	return true;
}

bool port_prepare(int port)
{
	struct termios mode;

	if (tcgetattr(port, &mode))
		return true;
	terminal = true;
	cfmakeraw(&mode);
	return !tcsetattr(port, TCSANOW, &mode) &&
	       write_all(port, RIG_TERMINAL_MARK, strlen(RIG_TERMINAL_MARK));
}
