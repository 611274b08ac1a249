# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's monitor, and what a guest may ask of its host through it."""

import functools
import json
import struct
import time

from . import channel

# Bytes of one line that QEMU says.
MAX_LINE = 1 << 22
# Seconds until a guest that has asked is told that there is no answer.
TIME_TO_ANSWER = 20


def error(text):
    """What QEMU's own answers look like."""
    return {'error': {'class': 'GenericError', 'desc': text}}


class Monitor(channel.Channel):
    """A QMP connection that QEMU makes to us. Events are not looked at."""

    def __init__(self, path, name):
        super().__init__(path, name)
        self.number = 0
        self.ready = False
        self.early = b''
        self.asked = {}

    def parse(self):
        *lines, rest = self.buffer.split(b'\n')
        if len(rest) > MAX_LINE:
            raise channel.ChannelError(f'{self.name}: a line of {len(rest)} bytes')
        self.buffer = rest
        for line in filter(None, (line.strip() for line in lines)):
            try:
                message = json.loads(line)
            except ValueError as problem:
                raise channel.ChannelError(f'{self.name}: no JSON: {line[:80]}') from problem
            self.pending.append(('json', message))

    def handle(self, _, message):
        if 'QMP' in message:
            self.write(b'{"execute": "qmp_capabilities", "id": 0}\n')
        elif message.get('id') == 0:
            self.ready = True
            self.write(self.early)
        elif 'id' in message:
            done = self.asked.pop(message.pop('id'), None)
            if done:
                done(message)

    def ask(self, command, done):
        """Runs a command, {'execute': ...}; done gets the answer without id."""
        self.number += 1
        self.asked[self.number] = done
        data = json.dumps({**command, 'id': self.number}).encode() + b'\n'
        if self.ready:
            self.write(data)
        else:
            self.early += data

    def write(self, data):
        self.sock.settimeout(TIME_TO_ANSWER)
        try:
            self.sock.sendall(data)
        except TimeoutError as problem:
            raise channel.ChannelError(f'{self.name}: QEMU does not listen') from problem


class Asking:
    """The part of a run that carries out what the guest's rig-host asks for."""

    def __init__(self):
        # [(when, function)]
        self.timers = []
        # The guest asks one thing at a time; this tells late answers.
        self.question = 0

    def later(self, seconds, function):
        self.timers.append((time.monotonic() + seconds, function))

    def run_timers(self):
        """Runs what is due; returns the seconds until the next one, or None."""
        now = time.monotonic()
        due = [timer for timer in self.timers if timer[0] <= now]
        self.timers = [timer for timer in self.timers if timer[0] > now]
        for _, function in due:
            function()
        return min((max(when - now, 0) for when, _ in self.timers), default=None)

    def asked_by_guest(self, payload):
        self.question += 1
        done = functools.partial(self.answer_guest, self.question)
        try:
            command = json.loads(payload)
        except ValueError as problem:
            done(error(f'no JSON: {problem}'))
            return
        if not isinstance(command, dict) or not isinstance(command.get('execute'), str):
            done(error('a QMP command is {"execute": "NAME", "arguments": {...}}'))
            return
        self.later(TIME_TO_ANSWER, lambda: done(error(
            f'no answer from QEMU to {command["execute"]} after {TIME_TO_ANSWER} s')))
        self.host_command(command, done)

    def answer_guest(self, question, reply):
        if question != self.question:
            return
        self.question += 1
        text = json.dumps(reply)
        if len(text) > channel.MAX_PAYLOAD - 4:
            reply = error(f'the answer has {len(text)} bytes, which is too much here')
            text = json.dumps(reply)
        self.send('guest', 'send', 'J', struct.pack('<I', 'error' in reply) + text.encode())

    def host_command(self, command, done):
        self.channels['qmp'].ask(command, done)
