/* SPDX-License-Identifier: GPL-2.0-only */
/* The agent's port; each function returns whether it has worked. */
#ifndef XHV_RIG_PORT_H
#define XHV_RIG_PORT_H

#include <stdbool.h>
#include <stddef.h>

/* Move exactly len bytes, whether or not the descriptor blocks. */
bool read_all(int fd, void *buf, size_t len);
bool write_all(int fd, const void *buf, size_t len);

/* As read_all(), of what the rig has sent to the port. */
bool port_read(int port, void *buf, size_t len);
/* Before the first frame: a terminal becomes raw, and gets its mark. */
bool port_prepare(int port);

#endif
