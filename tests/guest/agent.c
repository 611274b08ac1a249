// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rig's agent: runs commands and moves files in a guest for the rig, over
 * a virtio-serial port (protocol.h). One static program without helpers, so
 * that it works the same in an initramfs (as PID 1), in a full system (as a
 * service) and in the outer machine of a nested rig.
 *
 *   agent [PORT]    serves PORT, by default the port org.xen-hyperv.rig; on a
 *                   terminal it first says RIG_TERMINAL_MARK, since other text
 *                   may come before
 *   rig-stat, rig-host   links to the same program: see ask.c
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask.h"
#include "port.h"
#include "protocol.h"

struct frame {
	uint8_t type;
	uint32_t len;
	/* One byte more, always 0, so that text payloads are strings. */
	char data[RIG_MAX_PAYLOAD + 1];
};

static struct {
	int port;
	pid_t child;		/* 0: no command runs */
	int out, err;		/* its output, or the terminal's master in out */
	bool pty;
	int status;		/* wait status, once child_gone */
	bool child_gone;
	int put;		/* file being received, or -1 */
	int put_errno;
	int ask_listen;
	int asker;		/* rig-stat or rig-host that has connected, or -1 */
	bool asked;		/* it waits for the rig's answer */
	sigset_t old_mask;
} agent = { .out = -1, .err = -1, .put = -1, .ask_listen = -1, .asker = -1 };

void die(const char *what)
{
	fprintf(stderr, "rig agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void send_frame(uint8_t type, const void *data, uint32_t len)
{
	static char buf[8 + RIG_MAX_PAYLOAD];
	uint32_t le_len = htole32(len);

	/* One write where possible: each is a buffer for the host. */
	memset(buf, 0, 8);
	buf[0] = type;
	memcpy(buf + 4, &le_len, 4);
	if (len)
		memcpy(buf + 8, data, len);
	if (!write_all(agent.port, buf, 8 + len))
		die("write to the port");
}

static void send_number(uint8_t type, uint32_t number)
{
	number = htole32(number);
	send_frame(type, &number, sizeof(number));
}

static void send_errno(int error)
{
	char buf[128];
	uint32_t le = htole32(error);

	memcpy(buf, &le, 4);
	snprintf(buf + 4, sizeof(buf) - 4, "%s", strerror(error));
	send_frame(RIG_FAIL, buf, 4 + strlen(buf + 4));
}

static bool recv_frame(struct frame *f)
{
	uint8_t head[8];
	uint32_t len;

	if (!port_read(agent.port, head, sizeof(head)))
		return false;
	memcpy(&len, head + 4, 4);
	f->type = head[0];
	f->len = le32toh(len);
	if (f->len > RIG_MAX_PAYLOAD) {
		errno = EPROTO;
		die("frame from the rig");
	}
	f->data[f->len] = '\0';
	return port_read(agent.port, f->data, f->len);
}

static uint32_t frame_number(const struct frame *f, unsigned int index)
{
	uint32_t number = 0;

	if (f->len >= 4 * (index + 1))
		memcpy(&number, f->data + 4 * index, 4);
	return le32toh(number);
}

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void put_begin(struct frame *f)
{
	char *path = f->data + 4;

	if (agent.put >= 0)
		close(agent.put);
	agent.put_errno = 0;
	if (f->len < 5) {
		agent.put = -1;
		agent.put_errno = EINVAL;
		return;
	}
	make_parents(path);
	/* A running program cannot be written to, but it can be replaced. */
	unlink(path);
	agent.put = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (agent.put < 0)
		agent.put_errno = errno;
	else
		fchmod(agent.put, frame_number(f, 0) & 07777);
}

static void put_data(struct frame *f)
{
	if (f->len) {
		if (agent.put >= 0 && !agent.put_errno &&
		    !write_all(agent.put, f->data, f->len))
			agent.put_errno = errno;
		return;
	}
	if (agent.put >= 0 && close(agent.put) && !agent.put_errno)
		agent.put_errno = errno;
	agent.put = -1;
	if (agent.put_errno)
		send_errno(agent.put_errno);
	else
		send_number(RIG_DONE, 0);
}

static void get(const char *path)
{
	static char buf[RIG_MAX_PAYLOAD];
	struct stat st;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st)) {
		send_errno(errno);
		if (fd >= 0)
			close(fd);
		return;
	}
	if (S_ISDIR(st.st_mode)) {
		send_errno(EISDIR);
		close(fd);
		return;
	}
	send_number(RIG_DONE, st.st_mode & 07777);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		send_frame(RIG_DATA, buf, n);
	if (n < 0)
		send_errno(errno);
	else
		send_frame(RIG_DATA, NULL, 0);
	close(fd);
}

/* Answers with a line "path first-line" for each file that a pattern names. */
static void read_files(struct frame *f)
{
	static char text[RIG_MAX_PAYLOAD];
	size_t used = 0;

	for (char *p = f->data; p < f->data + f->len; p += strlen(p) + 1) {
		glob_t g;

		if (glob(p, 0, NULL, &g))
			continue;
		for (size_t i = 0; i < g.gl_pathc; i++) {
			char line[256];
			int fd = open(g.gl_pathv[i], O_RDONLY | O_CLOEXEC);
			ssize_t n;
			int len;

			if (fd < 0)
				continue;
			n = read(fd, line, sizeof(line) - 1);
			close(fd);
			if (n < 0)
				continue;
			line[n] = '\0';
			line[strcspn(line, "\n")] = '\0';
			len = snprintf(text + used, sizeof(text) - used, "%s %s\n",
				       g.gl_pathv[i], line);
			if (len < 0 || (size_t)len >= sizeof(text) - used)
				break;
			used += len;
		}
		globfree(&g);
	}
	send_frame(RIG_TEXT, text, used);
}

static void set_default(const char *name, const char *value)
{
	setenv(name, value, 0);
}

/* In the child: does not return. One argument is a line for the shell. */
static void exec_command(char **argv)
{
	char *shell[] = { "/bin/sh", "-c", argv[0], NULL };

	sigprocmask(SIG_SETMASK, &agent.old_mask, NULL);
	signal(SIGPIPE, SIG_DFL);
	set_default("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	set_default("HOME", "/root");
	set_default("TERM", "xterm");
	set_default("LC_ALL", "C.UTF-8");
	if (chdir("/root") && chdir("/"))
		_exit(126);
	if (!argv[1])
		argv = shell;
	execvp(argv[0], argv);
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static char **split_strings(char *data, uint32_t len)
{
	unsigned int count = 0;
	char **argv;

	for (char *p = data; p < data + len; p += strlen(p) + 1)
		count++;
	argv = calloc(count + 1, sizeof(*argv));
	if (!argv)
		die("memory");
	count = 0;
	for (char *p = data; p < data + len; p += strlen(p) + 1)
		argv[count++] = p;
	return argv;
}

static void run(struct frame *f)
{
	int out[2], err[2], null;
	char **argv;

	if (agent.child || f->len < 5) {
		send_number(RIG_EXIT, 126);
		return;
	}
	argv = split_strings(f->data + 4, f->len - 4);
	agent.pty = frame_number(f, 0) & RIG_RUN_PTY;
	agent.child_gone = false;
	if (agent.pty) {
		agent.child = forkpty(&agent.out, NULL, NULL, NULL);
		if (agent.child < 0)
			die("forkpty");
		if (!agent.child)
			exec_command(argv);
		fcntl(agent.out, F_SETFD, FD_CLOEXEC);
	} else {
		if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
			die("pipe");
		agent.child = fork();
		if (agent.child < 0)
			die("fork");
		if (!agent.child) {
			setsid();
			null = open("/dev/null", O_RDONLY);
			dup2(null, 0);
			dup2(out[1], 1);
			dup2(err[1], 2);
			if (null > 2)
				close(null);
			exec_command(argv);
		}
		close(out[1]);
		close(err[1]);
		agent.out = out[0];
		agent.err = err[0];
		fcntl(agent.err, F_SETFL, O_NONBLOCK);
	}
	fcntl(agent.out, F_SETFL, O_NONBLOCK);
	free(argv);
}

/* Sends what can be read without waiting, up to a limit if one is given. */
static void forward(int *fd, uint8_t type, int limit)
{
	static char buf[RIG_MAX_PAYLOAD];

	while (*fd >= 0) {
		ssize_t n = read(*fd, buf, sizeof(buf));

		if (n > 0) {
			send_frame(type, buf, n);
			if (limit && !--limit)
				return;
		} else if (n < 0 && errno == EINTR) {
			continue;
		} else if (n < 0 && errno == EAGAIN) {
			return;
		} else {
			/* EOF; a terminal's master says EIO instead */
			close(*fd);
			*fd = -1;
		}
	}
}

static void finish_run(void)
{
	int status = agent.status;

	/*
	 * What the command itself wrote is in the pipes by now. Processes it
	 * left behind may hold them open for ever, so do not wait for EOF, and
	 * a limit keeps a babbling one from holding up the status.
	 */
	forward(&agent.out, RIG_OUT, 64);
	forward(&agent.err, RIG_ERR, 64);
	if (agent.out >= 0)
		close(agent.out);
	if (agent.err >= 0)
		close(agent.err);
	agent.out = -1;
	agent.err = -1;
	agent.child = 0;
	send_number(RIG_EXIT, WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
						    WEXITSTATUS(status));
}

static void reap(void)
{
	int status;
	pid_t pid;

	/* As PID 1 the agent inherits orphans too. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == agent.child) {
			agent.status = status;
			agent.child_gone = true;
		}
	}
	if (agent.child && agent.child_gone)
		finish_run();
}

static void power_off(uint32_t flags)
{
	sync();
	if ((flags & RIG_OFF_CLEAN) && !access("/run/systemd/system", F_OK)) {
		if (!fork()) {
			execlp("systemctl", "systemctl", "--no-block", "poweroff", NULL);
			_exit(127);
		}
		return;
	}
	reboot(RB_POWER_OFF);
}

static void drop_asker(void)
{
	close(agent.asker);
	agent.asker = -1;
	agent.asked = false;
}

static void answer(const void *data, size_t len)
{
	if (!agent.asked)
		return;
	/* One that has gone meanwhile needs no answer. */
	if (send(agent.asker, data, len, MSG_DONTWAIT) < 0 && errno != EPIPE)
		fprintf(stderr, "rig agent: answer: %s\n", strerror(errno));
	drop_asker();
}

/* Passes on what a client asks for: a frame's type and payload, one packet. */
static void pass_question(void)
{
	static char buf[1 + RIG_MAX_PAYLOAD];
	ssize_t n = recv(agent.asker, buf, sizeof(buf), MSG_DONTWAIT | MSG_TRUNC);

	if (n < 1 || n > (ssize_t)sizeof(buf) ||
	    (buf[0] != RIG_ASK_STAT && buf[0] != RIG_ASK_HOST)) {
		drop_asker();
		return;
	}
	send_frame(buf[0], buf + 1, n - 1);
	agent.asked = true;
}

static void handle_frame(struct frame *f)
{
	struct winsize size = { };

	switch (f->type) {
	case RIG_PUT:
		put_begin(f);
		break;
	case RIG_DATA:
		put_data(f);
		break;
	case RIG_GET:
		get(f->data);
		break;
	case RIG_RUN:
		run(f);
		break;
	case RIG_STDIN:
		if (agent.pty && agent.out >= 0)
			write_all(agent.out, f->data, f->len);
		break;
	case RIG_KILL:
		if (agent.child)
			kill(-agent.child, frame_number(f, 0));
		break;
	case RIG_WINSIZE:
		size.ws_row = frame_number(f, 0);
		size.ws_col = frame_number(f, 1);
		if (agent.pty && agent.out >= 0)
			ioctl(agent.out, TIOCSWINSZ, &size);
		break;
	case RIG_STAT:
	case RIG_HOST:
		answer(f->data, f->len);
		break;
	case RIG_READ:
		read_files(f);
		break;
	case RIG_OFF:
		power_off(frame_number(f, 0));
		break;
	default:
		fprintf(stderr, "rig agent: unknown frame %#x\n", f->type);
	}
}

static void serve(int sigfd)
{
	static struct frame frame;
	enum { PORT, SIGNAL, OUT, ERR, LISTEN, ASKER, COUNT };

	for (;;) {
		/* poll() ignores negative descriptors. */
		struct pollfd p[COUNT] = {
			[PORT] = { .fd = agent.port, .events = POLLIN },
			[SIGNAL] = { .fd = sigfd, .events = POLLIN },
			[OUT] = { .fd = agent.out, .events = POLLIN },
			[ERR] = { .fd = agent.err, .events = POLLIN },
			/* One asks at a time; the others wait in the backlog. */
			[LISTEN] = { .fd = agent.asker < 0 ? agent.ask_listen : -1,
				     .events = POLLIN },
			[ASKER] = { .fd = agent.asked ? -1 : agent.asker, .events = POLLIN },
		};

		if (poll(p, COUNT, -1) < 0 && errno != EINTR)
			die("poll");
		if (p[OUT].revents)
			forward(&agent.out, RIG_OUT, 1);
		if (p[ERR].revents)
			forward(&agent.err, RIG_ERR, 1);
		if (p[LISTEN].revents)
			agent.asker = accept4(agent.ask_listen, NULL, NULL, SOCK_CLOEXEC);
		if (p[ASKER].revents)
			pass_question();
		if (p[PORT].revents & POLLIN) {
			if (!recv_frame(&frame))
				die("read from the port");
			handle_frame(&frame);
		} else if (p[PORT].revents) {
			/* The rig is not connected: look again in a while. */
			usleep(100 * 1000);
		}
		if (p[SIGNAL].revents) {
			struct signalfd_siginfo info;

			if (read(sigfd, &info, sizeof(info)) == sizeof(info))
				reap();
		}
	}
}

int main(int argc, char **argv)
{
	const char *port = argc > 1 ? argv[1] : RIG_PORT_DEFAULT;
	struct utsname uts;
	sigset_t mask;
	int sigfd;

	ask_main(argc, argv);

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, &agent.old_mask);
	sigfd = signalfd(-1, &mask, SFD_CLOEXEC);
	if (sigfd < 0)
		die("signalfd");
	agent.ask_listen = ask_listen();
	agent.port = open(port, O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (agent.port < 0)
		die(port);
	if (!port_prepare(agent.port))
		die("terminal");
	uname(&uts);
	send_frame(RIG_HELLO, uts.release, strlen(uts.release));
	/* Children may have gone before their signal was blocked. */
	reap();
	serve(sigfd);
}
