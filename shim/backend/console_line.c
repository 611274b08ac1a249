// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way of hvc0 to the host: a serial port of the machine.
 *
 * Two threads of the kernel, one for each direction, use the port's terminal as
 * a program would, in raw mode. docs/console.md says which port is taken, and
 * who may have it besides.
 *
 * Nothing goes in a circle: what the port's terminal is told to send does not
 * come back from it (no echo), only serial ports are accepted, which hvc0 is
 * not, and the threads print nothing for each byte.
 */
#define pr_fmt(fmt) "xen-hyperv: " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/panic_notifier.h>
#include <linux/printk.h>
#include <linux/seq_file.h>
#include <linux/serial_core.h>
#include <linux/serial_reg.h>
#include <linux/string.h>
#include <linux/termios.h>
#include <linux/tty.h>
#include <linux/tty_driver.h>

#include "../../include/compat_console.h"
#include "console.h"

#define DEFAULT_LINE	"ttyS0"

static char *console = "auto";
module_param(console, charp, 0400);
MODULE_PARM_DESC(console, "the serial port that carries hvc0: auto (ttyS0, unless it is the kernel's console), off, or a name, which is taken in any case");

#define CHUNK		256
/* A port that is named may come later, or be given back. */
#define RETRY_MS	1000

/* Enough for a byte at 1200 baud. */
#define POLL_US		20000

static enum {
	LINE_WAITS,	/* for the port */
	LINE_OPEN,
	LINE_OFF,	/* for good */
} line_state;

/* @file while LINE_OPEN, under @lock as line_state is; the threads that use it have references of their own.
 * @uart: its registers, for a panic, 0 if they are not at I/O ports
 */
static struct {
	struct mutex lock;
	char name[16];
	struct file *file;
	unsigned long uart;
} line = {
	.lock = __MUTEX_INITIALIZER(line.lock),
};

bool console_line_wanted(void)
{
	return READ_ONCE(line_state) != LINE_OFF && strcmp(console, "off");
}

void console_line_show(struct seq_file *m)
{
	static const char * const names[] = {
		[LINE_WAITS] = "waits", [LINE_OPEN] = "open",
		[LINE_OFF] = "off",
	};

	mutex_lock(&line.lock);
	seq_printf(m, " line=%s line-state=%s", *line.name ? line.name : "none",
		   names[line_state]);
	mutex_unlock(&line.lock);
}

static struct tty_struct *tty_of(struct file *file)
{
	return ((struct tty_file_private *)file->private_data)->tty;
}

/* Is it the kernel's own console as well ("console=ttyS0")? */
static bool is_kernel_console(const char *name)
{
	struct console *c;
	bool found = false;
	char its[sizeof(c->name) + 12];

	xhv_console_list_lock();
	for_each_console(c) {
		snprintf(its, sizeof(its), "%s%d", c->name, c->index);
		if (!strcmp(its, name))
			found = true;
	}
	xhv_console_list_unlock();
	return found;
}

/* Bytes as they are, in both directions. The rate stays what it is if the
 * kernel's console has chosen one.
 */
static int make_raw(struct tty_struct *tty, bool keep_rate)
{
	struct ktermios t;

	down_read(&tty->termios_rwsem);
	t = tty->termios;
	up_read(&tty->termios_rwsem);
	t.c_iflag = IGNBRK;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cc[VMIN] = 1;
	t.c_cc[VTIME] = 0;
	t.c_cflag |= CLOCAL | CREAD;
	t.c_cflag &= ~HUPCL;
	if (!keep_rate) {
		t.c_cflag &= ~(CSIZE | CSTOPB | PARENB | CRTSCTS | CBAUD);
		t.c_cflag |= CS8 | B115200;
		tty_termios_encode_baud_rate(&t, 115200, 115200);
	}
	return tty_set_termios(tty, &t);
}

/* serial_core's, in an 8250 at I/O ports, as Hyper-V's and QEMU's are. */
static unsigned long find_uart(struct tty_struct *tty)
{
	struct uart_state *state = tty->driver_data;
	struct uart_port *port;

	if (strcmp(tty->driver->driver_name, "serial"))
		return 0;
	port = state ? state->uart_port : NULL;
	return port && port->iotype == UPIO_PORT && !port->regshift ?
	       port->iobase : 0;
}

/* O_NONBLOCK only while it is opened, so as not to wait for a modem. */
static struct file *open_line(const char *name)
{
	char path[sizeof(line.name) + 5];
	struct tty_struct *tty;
	struct file *file;
	dev_t dev;
	int err;

	if (strchr(name, '/') || tty_dev_name_to_number(name, &dev))
		return ERR_PTR(-ENODEV);
	snprintf(path, sizeof(path), "/dev/%s", name);
	file = filp_open(path, O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
	if (IS_ERR(file))
		return file;
	/* A name like the terminal's may stand for something else. */
	err = -EINVAL;
	if (!S_ISCHR(file_inode(file)->i_mode) ||
	    file_inode(file)->i_rdev != dev)
		goto err_put;
	tty = tty_of(file);
	if (tty->driver->type != TTY_DRIVER_TYPE_SERIAL)
		goto err_put;
	/* There is no such port in the machine. */
	err = -ENXIO;
	if (tty_io_error(tty))
		goto err_put;
	err = make_raw(tty, is_kernel_console(name));
	if (err)
		goto err_put;
	spin_lock(&file->f_lock);
	file->f_flags &= ~O_NONBLOCK;
	spin_unlock(&file->f_lock);
	return file;

err_put:
	fput(file);
	return ERR_PTR(err);
}

static struct file *get_line(void)
{
	struct file *file;

	mutex_lock(&line.lock);
	file = line.file ? get_file(line.file) : NULL;
	mutex_unlock(&line.lock);
	return file;
}

static void set_line(struct file *file)
{
	struct file *old;

	mutex_lock(&line.lock);
	old = line.file;
	line.file = file;
	WRITE_ONCE(line.uart, file && !is_kernel_console(line.name) ?
			      find_uart(tty_of(file)) : 0);
	WRITE_ONCE(line_state, file ? LINE_OPEN : LINE_WAITS);
	mutex_unlock(&line.lock);
	if (old)
		fput(old);
	console_wake_output();
}

static bool no_line(void)
{
	return READ_ONCE(line_state) != LINE_OPEN;
}

static int output_thread(void *unused)
{
	static char buf[CHUNK];
	struct file *file;
	size_t len, done;
	ssize_t n;

	while (console_line_wanted()) {
		file = get_line();
		if (!file) {
			msleep_interruptible(RETRY_MS / 4);
			continue;
		}
		do {
			n = 1;
			len = console_wait_output(buf, CHUNK, no_line);
			for (done = 0; done < len && n > 0; done += max(n, 0L))
				n = kernel_write(file, buf + done, len - done,
						 NULL);
			console_done_output(done);
		} while (len && n > 0);
		fput(file);
		/* Hung up; who reads notices, too. */
		if (n <= 0)
			msleep_interruptible(RETRY_MS / 4);
	}
	return 0;
}

static void give_up(const char *why)
{
	mutex_lock(&line.lock);
	WRITE_ONCE(line_state, LINE_OFF);
	mutex_unlock(&line.lock);
	console_drop_output();
	console_set_line("");
	console_wake_output();
	pr_notice("hvc0 is not carried to the host: %s\n", why);
}

static void read_line(struct file *file)
{
	static char buf[CHUNK];
	ssize_t n;

	while ((n = kernel_read(file, buf, CHUNK, NULL)) > 0)
		console_give_input(buf, n);
}

/* Has the port, or waits for it, and reads it. */
static int input_thread(void *automatic)
{
	char path[sizeof(line.name) + 5];
	struct file *file;
	int err = 0;

	snprintf(path, sizeof(path), "/dev/%s", line.name);
	for (;;) {
		file = open_line(line.name);
		if (IS_ERR(file)) {
			if (automatic) {
				give_up("there is no " DEFAULT_LINE);
				return 0;
			}
			if (err != PTR_ERR(file))
				pr_notice("hvc0 waits for %s (%ld)\n", line.name,
					  PTR_ERR(file));
			err = PTR_ERR(file);
			msleep_interruptible(RETRY_MS);
			continue;
		}
		err = 0;
		set_line(file);
		console_set_line(path);
		pr_info("hvc0 is carried by %s\n", line.name);
		read_line(file);
		set_line(NULL);
		console_set_line("");
		/* A hang-up is how a getty makes sure that it has the port for
		 * itself, and then it has.
		 */
		if (automatic) {
			give_up("somebody else has taken " DEFAULT_LINE);
			return 0;
		}
		msleep_interruptible(RETRY_MS);
	}
}

/* A panic leaves no threads that could run: what waits, the last words included,
 * goes out by hand.
 */
static void emit_polled(const char *buf, size_t len)
{
	unsigned int us;

	for (; len; len--, buf++) {
		for (us = 0; us < POLL_US; us++) {
			if (inb(line.uart + UART_LSR) & UART_LSR_THRE)
				break;
			udelay(1);
		}
		outb(*buf, line.uart + UART_TX);
	}
}

static int panicked(struct notifier_block *nb, unsigned long event, void *msg)
{
	if (READ_ONCE(line.uart))
		console_panic(emit_polled);
	return NOTIFY_DONE;
}

/* Before those that tell the host, which may then stop the machine. */
static struct notifier_block panic_nb = {
	.notifier_call = panicked,
	.priority = INT_MAX,
};

void console_line_start(void)
{
	bool automatic = !strcmp(console, "auto");
	struct task_struct *input, *output;

	if (!strcmp(console, "off")) {
		WRITE_ONCE(line_state, LINE_OFF);
		return;
	}
	strscpy(line.name, automatic ? DEFAULT_LINE : console,
		sizeof(line.name));
	if (automatic && is_kernel_console(line.name)) {
		give_up(DEFAULT_LINE " is the kernel's console");
		return;
	}

	input = kthread_create(input_thread, automatic ? &line : NULL,
			       "xen-hyperv-hvc-in");
	output = kthread_create(output_thread, NULL, "xen-hyperv-hvc-out");
	if (IS_ERR(input) || IS_ERR(output)) {
		if (!IS_ERR(input))
			kthread_stop(input);
		if (!IS_ERR(output))
			kthread_stop(output);
		give_up("no memory");
		return;
	}
	atomic_notifier_chain_register(&panic_notifier_list, &panic_nb);
	wake_up_process(input);
	wake_up_process(output);
}
