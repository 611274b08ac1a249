# SPDX-License-Identifier: GPL-2.0-only
"""One run: starts the machine, talks to the agents in it, and ends it."""

import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
import tty

from . import channel, monitor, output

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KEEP_LOGS = 20


# The first of these is what to look at in a serial log.
TROUBLE = re.compile('Kernel panic|BUG:|Oops|general protection fault|WARNING: CPU')
# In the guest's: it has failed itself, whatever came of it.
PANIC = re.compile('Kernel panic|BUG:|Oops|general protection fault')


class RigError(Exception):
    """The rig failed, not the command: exit status 125."""


class NotUp(RigError):
    """The guest did not become what a command needs, for no reason of its own."""


class TimeUp(Exception):
    pass


class Interrupted(Exception):
    def __init__(self, number):
        super().__init__()
        self.number = number


def _interrupt(number, _):
    raise Interrupted(number)


def catch_signals():
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def _child_setup():
    # PR_SET_PDEATHSIG: the machine ends with the rig, however that ends
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Session(monitor.Asking):
    def __init__(self, options, log_folder, may_fail):
        super().__init__()
        self.options = options
        self.may_fail = may_fail
        self.log_folder = log_folder
        self.folder = tempfile.mkdtemp(prefix='xhv-rig.')
        self.process = None
        self.exit_fd = None
        self.channels = {}
        # When the machine was started, for how long it may run, and until when
        self.started = None
        self.limit = None
        self.deadline = None
        # The command's, from when it has begun
        self.stdout = None
        self.began = time.monotonic()
        self.doing = 'preparing'
        # Frames of other channels than the one waited for: {name: handler}
        self.handlers = {}

    @property
    def doing(self):
        """What the run is at, for messages."""
        return self._doing

    @doing.setter
    def doing(self, text):
        self._doing = text
        if self.options.verbose:
            print(f'rig: {time.monotonic() - self.began:6.2f} s {text}', file=sys.stderr)

    # The machine

    def listen(self, name):
        path = f'{self.folder}/{name}.socket'
        self.channels[name] = channel.Channel(path, name)
        return path

    def listen_monitor(self, name):
        path = f'{self.folder}/{name}.socket'
        self.channels[name] = monitor.Monitor(path, name)
        self.handlers[name] = self.channels[name].handle
        return path

    def start(self, args):
        self.started = time.monotonic()
        self.allow(self.time_to_get_up())
        with open(f'{self.folder}/qemu.log', 'wb') as log:
            log.write((' '.join(args) + '\n').encode())
            log.flush()
            self.process = subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, preexec_fn=_child_setup)
        self.exit_fd = os.pidfd_open(self.process.pid)

    def allow(self, seconds):
        self.limit = min(seconds, self.options.timeout)
        self.deadline = self.started + self.limit

    def time_to_get_up(self):
        return self.options.timeout

    def emulator_failure(self, error):  # pylint: disable=unused-argument
        """Why the run failed, if what failed is the machine under the guest.

        Then it can be tried again, else this is None.
        """
        return None

    def stop(self):
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        if self.process and self.process.poll() is None:
            for kill, wait in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
                try:
                    os.killpg(self.process.pid, kill)
                    self.process.wait(wait)
                    break
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue
        for chan in self.channels.values():
            chan.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def serial_log(self):
        """The serial logs' text, outer machine first."""
        text = ''
        for name in ('qemu.log', 'outer.log', 'inner-qemu.log', 'serial.log'):
            if os.path.exists(f'{self.folder}/{name}'):
                text += f'==> {name} <==\n{self.read_log(name)}\n'
        return text

    def read_log(self, name):
        try:
            with open(f'{self.folder}/{name}', encoding='utf-8', errors='replace') as file:
                return file.read()
        except FileNotFoundError:
            return ''

    def keep_log(self, reason):
        """Saves the serial log of a failure; returns its path."""
        os.makedirs(self.log_folder, exist_ok=True)
        stamp = time.strftime('%Y%m%d-%H%M%S')
        path = f'{self.log_folder}/{stamp}-{self.options.host}-{os.getpid()}.log'
        with open(path, 'w', encoding='utf-8') as file:
            file.write(f'{reason}\n{self.serial_log()}')
        for old in sorted(os.listdir(self.log_folder))[:-KEEP_LOGS]:
            try:
                os.unlink(f'{self.log_folder}/{old}')
            except FileNotFoundError:
                pass
        return path

    # The channels

    def ended(self):
        raise RigError(f'the machine ended while {self.doing} '
                       f'(QEMU status {self.process.wait()})')

    def receive(self, chan):
        try:
            chan.receive()
        except channel.ChannelError:
            # A machine that ends closes its ports first.
            if select.select([self.exit_fd], [], [], 2)[0]:
                self.ended()
            raise

    def take(self, name):
        """The next frame of a channel that has come already, or None."""
        for chan in self.channels.values():
            while chan.pending:
                kind, payload = chan.pending.popleft()
                if kind == 'q' and chan.name == 'guest':
                    self.answer_stat()
                elif kind == 'h' and chan.name == 'guest':
                    self.asked_by_guest(payload)
                elif chan.name == name:
                    return kind, payload
                else:
                    self.handlers[chan.name](kind, payload)
        return None

    def frames(self, name, extra=()):
        """Yields the frames of a channel, (type, payload), as they come.

        With extra descriptors also yields (fd, None) when one can be read.
        Raises TimeUp at the deadline and RigError when the machine ends.
        """
        while True:
            while frame := self.take(name):
                yield frame
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeUp()
            next_timer = self.run_timers()
            ready, _, _ = select.select(
                [*self.channels.values(), self.exit_fd, *extra], [], [],
                left if next_timer is None else min(left, next_timer))
            for chan in self.channels.values():
                if chan in ready:
                    self.receive(chan)
            for fd in extra:
                if fd in ready:
                    yield fd, None
            # What the machine said last has been read by now.
            if ready == [self.exit_fd]:
                self.ended()

    def wait_for(self, name, kinds):
        for kind, payload in self.frames(name):
            if kind in kinds:
                return kind, payload
            if kind != 'H':
                raise channel.ChannelError(f'unexpected frame {kind} while {self.doing}')
        raise AssertionError

    def send(self, name, method, *args):
        """Sending may block as long as the run may last."""
        chan = self.channels[name]
        chan.sock.settimeout(max(self.deadline - time.monotonic(), 0.001))
        try:
            getattr(chan, method)(*args)
        except TimeoutError as error:
            raise TimeUp() from error
        except ConnectionError as error:
            raise channel.ChannelError(f'{name}: the machine closed the port') from error
        finally:
            chan.sock.settimeout(None)

    def answer_stat(self):
        self.send('guest', 'send', 'S', self.host_statistics())

    def host_statistics(self):
        return b'host tcg\n'

    # The steps of a run

    def hello(self, name):
        self.doing = f'booting the {name}' + (' machine' if name == 'outer' else '')
        _, payload = self.wait_for(name, 'H')
        self.channels[name].release = payload.decode(errors='replace')

    def put(self, name, path, guest_path):
        self.doing = f'copying {path} to the {name}'
        self.send(name, 'send_file', path, guest_path)
        kind, payload = self.wait_for(name, 'dx')
        if kind == 'x':
            raise RigError(f'{guest_path} in the {name}: {channel.failure(payload)}')

    def get(self, name, guest_path, path):
        """Fetches a file; returns None or why the guest could not read it."""
        self.doing = f'fetching {guest_path} from the {name}'
        self.send(name, 'send', 'G', os.fsencode(guest_path))
        kind, payload = self.wait_for(name, 'dx')
        if kind == 'x':
            return channel.failure(payload)
        mode = channel.number(payload)
        with open(path, 'wb') as file:
            while True:
                kind, payload = self.wait_for(name, 'Dx')
                if kind == 'x':
                    return channel.failure(payload)
                if not payload:
                    break
                file.write(payload)
            if os.path.isfile(path):
                os.fchmod(file.fileno(), mode & 0o777 | 0o600)
        return None

    def run(self, name, argv, out, err):
        """Runs a command; returns its status."""
        self.doing = 'running the command'
        self.send(name, 'send_run', argv)
        for kind, payload in self.frames(name):
            if kind == 'O':
                out.write(payload)
            elif kind == 'E':
                err.write(payload)
            elif kind == 'Z':
                return channel.number(payload)
            elif kind == 'H' and not self.options.restart:
                raise RigError('the guest restarted while running the command')
            elif kind == 'H':
                if self.options.initramfs:
                    self.check_init(name)
                for path, guest_path in self.options.add:
                    self.put(name, path, guest_path)
                self.doing = 'running the command'
                self.send(name, 'send_run', argv)
        raise AssertionError

    def terminal(self, name, argv):
        """Runs a command on a terminal that is joined to ours."""
        if not os.isatty(0):
            raise RigError('a console needs a terminal')
        self.doing = 'on the console'
        before = termios.tcgetattr(0)
        tty.setraw(0)
        try:
            self.send(name, 'send_run', argv, channel.RUN_PTY)
            size = os.get_terminal_size(0)
            self.send(name, 'send_numbers', 'W', size.lines, size.columns)
            for kind, payload in self.frames(name, extra=(0,)):
                if kind == 0:
                    self.send(name, 'send', 'I', os.read(0, 4096))
                elif kind == 'O':
                    self.stdout.write(payload)
                elif kind == 'Z':
                    return channel.number(payload)
            raise AssertionError
        finally:
            termios.tcsetattr(0, termios.TCSADRAIN, before)

    def check_init(self, name):
        """An initramfs guest's init leaves what went wrong in a file."""
        path = f'{self.folder}/failed'
        if self.get(name, '/run/rig-failed', path) is None:
            with open(path, encoding='utf-8', errors='replace') as file:
                text = file.read().strip()
            # A module that does not load will not the next time, either.
            error = RigError if 'modprobe' in text else NotUp
            raise error(f'in the {name}: ' + text.replace('\n', '; '))

    def power_off(self, clean):
        """Ends the guest; a machine that does not go is stopped."""
        self.doing = 'powering off'
        self.deadline = min(self.deadline, time.monotonic() + (90 if clean else 10))
        try:
            self.send('guest', 'send_numbers', 'P', channel.OFF_CLEAN if clean else 0)
            for _ in self.frames('guest'):
                pass
        except (RigError, TimeUp, channel.ChannelError):
            pass


def describe(session, error):
    if isinstance(error, TimeUp):
        return f'time is up after {session.limit:g} s, while {session.doing}'
    return str(error)


def report(session, reason, tail):
    print(f'rig: {reason}', file=sys.stderr)
    if not session or not session.process:
        return
    if tail:
        lines = session.serial_log().splitlines()
        trouble = [n for n, line in enumerate(lines) if TROUBLE.search(line)]
        start = max(len(lines) - tail, 0)
        if trouble and trouble[0] - 3 < start:
            lines = lines[max(trouble[0] - 3, 0):][:2 * tail]
        else:
            lines = lines[start:]
        sys.stderr.write(''.join(f'rig| {line}\n' for line in lines))
    print(f'rig: the serial log is in {session.keep_log(reason)}', file=sys.stderr)
