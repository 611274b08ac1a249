# SPDX-License-Identifier: GPL-2.0-only
"""The rig's side of the protocol in tests/guest/protocol.h."""

import collections
import errno
import os
import socket
import struct

MAX_PAYLOAD = 64 * 1024

RUN_PTY = 1
OFF_CLEAN = 1


class ChannelError(Exception):
    """The agent said something that makes no sense here, or went away."""


class Channel:
    """Frames over a socket. Receiving never blocks; the caller selects."""

    def __init__(self, path, name):
        self.name = name
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(1)
        self.listener.setblocking(False)
        self.sock = None
        self.buffer = bytearray()
        self.pending = collections.deque()
        self.release = None

    def fileno(self):
        return (self.sock or self.listener).fileno()

    def close(self):
        for sock in (self.sock, self.listener):
            if sock:
                sock.close()

    def receive(self):
        """Reads what is there; complete frames, (type, payload), become pending."""
        if not self.sock:
            self.sock, _ = self.listener.accept()
            return
        try:
            data = self.sock.recv(1 << 18, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b''
        if not data:
            raise ChannelError(f'{self.name}: the machine closed the port')
        self.buffer += data
        self.parse()

    def parse(self):
        start = 0
        while len(self.buffer) - start >= 8:
            kind, length = struct.unpack_from('<B3xI', self.buffer, start)
            if length > MAX_PAYLOAD:
                raise ChannelError(f'{self.name}: a frame of {length} bytes')
            end = start + 8 + length
            if len(self.buffer) < end:
                break
            self.pending.append((chr(kind), bytes(self.buffer[start + 8:end])))
            start = end
        del self.buffer[:start]

    def send(self, kind, payload=b''):
        self.sock.sendall(struct.pack('<B3xI', ord(kind), len(payload)) + payload)

    def send_numbers(self, kind, *numbers):
        self.send(kind, struct.pack(f'<{len(numbers)}I', *numbers))

    def send_run(self, argv, flags=0):
        payload = struct.pack('<I', flags)
        payload += b''.join(os.fsencode(arg) + b'\0' for arg in argv)
        if len(payload) > MAX_PAYLOAD:
            raise ChannelError('the command line is too long')
        self.send('R', payload)

    def send_file(self, path, guest_path):
        with open(path, 'rb') as file:
            mode = os.fstat(file.fileno()).st_mode & 0o7777
            self.send('F', struct.pack('<I', mode) + os.fsencode(guest_path))
            while data := file.read(MAX_PAYLOAD):
                self.send('D', data)
        self.send('D')


def number(payload):
    if len(payload) < 4:
        raise ChannelError('a frame is too short')
    return struct.unpack_from('<I', payload)[0]


def failure(payload):
    """The text of a FAIL frame."""
    code = number(payload)
    return f'{payload[4:].decode(errors="replace")} ({errno.errorcode.get(code, code)})'
