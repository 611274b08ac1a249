/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rig and the agent in a guest say to each other over a
 * virtio-serial port. scripts/lib/rig/channel.py is the other side.
 *
 * Both ways a stream of frames: one byte type, three bytes zero, a 32-bit
 * little-endian payload length, the payload. Numbers in payloads are 32-bit
 * little-endian. The rig speaks one request at a time and waits for its
 * answer; ASK_STAT, ASK_HOST, OUT and ERR may come at any time. Of the two
 * questions one is open at a time.
 */
#ifndef XHV_RIG_PROTOCOL_H
#define XHV_RIG_PROTOCOL_H

#define RIG_PORT_DEFAULT	"/dev/virtio-ports/org.xen-hyperv.rig"
#define RIG_MAX_PAYLOAD		(64 * 1024)

/*
 * On a terminal the agent says this first, since other text may come before. To
 * the guest RIG_ESCAPE and the byte that is SysRq on Xen's console, 0x0f, go
 * as two: RIG_ESCAPE and the byte with RIG_ESCAPE_FLIP flipped.
 */
#define RIG_TERMINAL_MARK	"\x02xhv-rig-agent\x03"
#define RIG_ESCAPE		0x10
#define RIG_ESCAPE_FLIP		0x40


enum rig_frame {
	/* rig to guest */
	RIG_PUT = 'F',		/* mode, path: a file begins */
	RIG_DATA = 'D',		/* contents; none: the file ends; both ways */
	RIG_GET = 'G',		/* path */
	RIG_RUN = 'R',		/* flags, argv as NUL-terminated strings */
	RIG_STDIN = 'I',	/* for a command with RIG_RUN_PTY; none: end */
	RIG_KILL = 'K',		/* signal number for the command's group */
	RIG_WINSIZE = 'W',	/* rows, columns */
	RIG_STAT = 'S',		/* answer to ASK_STAT: text */
	RIG_HOST = 'J',		/* answer to ASK_HOST: 0 or 1 (error), text */
	RIG_READ = 'T',		/* glob patterns, NUL-terminated; answer: TEXT */
	RIG_OFF = 'P',		/* flags; power off; no answer */

	/* guest to rig */
	RIG_HELLO = 'H',	/* text: the release of the kernel */
	RIG_DONE = 'd',		/* PUT finished, or GET's mode before its DATA */
	RIG_FAIL = 'x',		/* errno, text: PUT or GET did not work */
	RIG_OUT = 'O',		/* what the command writes to stdout */
	RIG_ERR = 'E',		/* and to stderr */
	RIG_EXIT = 'Z',		/* status as in a shell: 128 + signal if killed */
	RIG_ASK_STAT = 'q',	/* someone in the guest runs rig-stat */
	RIG_ASK_HOST = 'h',	/* and rig-host: a QMP command, JSON */
	RIG_TEXT = 't',		/* "path value" lines */
};

#define RIG_RUN_PTY	1	/* on a terminal of its own, with stdin */
#define RIG_OFF_CLEAN	1	/* by the guest's init system */

#endif
