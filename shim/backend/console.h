/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The console back end: between the guest's console ring, which the kernel's
 * own front end (drivers/tty/hvc/hvc_xen.c) makes hvc0 of, and a serial port of
 * the machine, which the host carries on.
 */
#ifndef XHV_BACKEND_CONSOLE_H
#define XHV_BACKEND_CONSOLE_H

#include <linux/types.h>
#include <xen/interface/event_channel.h>

struct seq_file;

/* Process context. Memory; nothing is there for the guest yet. */
int xhv_console_init(void);
void xhv_console_exit(void);

/* What a toolstack does before the guest runs: port, HVM parameters, nodes.
 * Process context, after xhv_store_start(). stop undoes it.
 */
int xhv_console_start(void);
void xhv_console_stop(void);
evtchn_port_t xhv_console_port(void);

/* The guest is awake and there to stay: begin to carry. Process context. */
void xhv_console_carry(void);

/* One line, "console hvc0 key=value ...". Process context. */
void xhv_console_show(struct seq_file *m);

/*
 * What follows is between console.c and console_line.c.
 */

/* Bytes of output that wait for the host; the oldest go when there are more. */
#define CONSOLE_LIMIT	(256 * 1024)

/**
 * console_wait_output() - the next bytes of the guest's output
 * @buf: gets them
 * @len: at most so many
 * @stop: ends the wait
 *
 * Process context, sleeps until there are some. They stay until
 * console_done_output() says that they have left.
 *
 * Return: how many, 0 if @stop.
 */
size_t console_wait_output(char *buf, size_t len, bool (*stop)(void));
void console_done_output(size_t len);
/* Nobody takes any output from now on. Process context. */
void console_drop_output(void);
/* Have console_wait_output() ask @stop again. */
void console_wake_output(void);

/* Gives @len bytes to the guest. Process context, sleeps while it does not read. */
void console_give_input(const char *buf, size_t len);

/* For a panic: gives all that waits to @emit, which may not sleep, and from then
 * on what comes, at once.
 */
void console_panic(void (*emit)(const char *buf, size_t len));

/* Which terminal carries it, "" for none; process context. */
void console_set_line(const char *path);

/* console_line.c. Begins; text for xhv_console_show(). */
void console_line_start(void);
bool console_line_wanted(void);
void console_line_show(struct seq_file *m);

#endif /* XHV_BACKEND_CONSOLE_H */
