# SPDX-License-Identifier: GPL-2.0-only
"""Guests of real Xen: Debian's, with a small domain 0, in an emulated machine."""

import re
import struct
import time

from . import channel, hosts, machine, output, parts, session

# What the agent says on a terminal before its first frame, and what is sent there
# as two bytes: protocol.h.
MARK = b'\x02xhv-rig-agent\x03'
ESCAPED = re.compile(b'[\x0f\x10]')
PORT = f'/dev/virtio-ports/{machine.INNER_PORT}'
DOM0_MEM = 640
# For Xen itself and for what it keeps about its domains.
XEN_MEM = 256
# 15 to 40 are usual until the guest's agent says hello.
TIME_TO_GET_UP = 150


class GuestEnded(session.RigError):
    pass


class ConsoleChannel(channel.Channel):
    """The agent's frames on a guest's console, where other text may come first."""

    def __init__(self, path, name, log):
        super().__init__(path, name)
        self.log = log
        self.found = False

    def begin(self):
        """Another guest is started, whose text and mark come next."""
        self.found = False

    def parse(self):
        if not self.found:
            at = self.buffer.find(MARK)
            end = at if at >= 0 else max(len(self.buffer) - len(MARK), 0)
            self.log_text(self.buffer[:end])
            del self.buffer[:end]
            if at < 0:
                return
            del self.buffer[:len(MARK)]
            self.found = True
        try:
            super().parse()
        except channel.ChannelError:
            # What a kernel says that panics goes to the console, too.
            self.log_text(self.buffer)
            raise

    def send(self, kind, payload=b''):
        frame = struct.pack('<B3xI', ord(kind), len(payload)) + payload
        self.sock.sendall(ESCAPED.sub(lambda m: bytes((0x10, m[0][0] ^ 0x40)), frame))

    def log_text(self, text):
        with open(self.log, 'ab') as log:
            log.write(text)


def config(options, number, disks, append):
    """What xl reads."""
    def quoted(text):
        return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'

    lines = ['name = "guest"', f'type = "{options.host.removeprefix("xen-")}"',
             f'kernel = "/guest/vmlinuz{number}"', f'ramdisk = "/guest/initrd{number}"',
             f'extra = {quoted(append)}',
             f'memory = {options.mem}', f'vcpus = {options.smp}',
             # Else rdtscp may be emulated, which fails here.
             'tsc_mode = "native"',
             *(f'on_{event} = "destroy"' for event in ('poweroff', 'reboot', 'crash'))]
    specs = []
    for index, (device, disk) in enumerate(disks):
        access = 'r' if disk.readonly else 'w'
        kind = ',devtype=cdrom' if disk.cdrom else ''
        specs.append(f'backendtype=phy,format=raw,vdev=xvd{chr(97 + index)},access={access}'
                     f'{kind},script=rig-block,target=/dev/vd{chr(97 + device)}')
    lines.append(f'disk = [{", ".join(map(quoted, specs))}]')
    nics = ['script=rig-vif,bridge=rig'] * len(options.nics)
    lines.append(f'vif = [{", ".join(map(quoted, nics))}]')
    return '\n'.join([*lines, *options.xl]) + '\n'


class XenHost(hosts.Host):
    """Each guest of a run is created and ends on the same Xen, one after the other."""

    def execute(self):
        guests = [self.options, *self.options.then]
        # [(number of domain 0's disk, disk)] for each guest
        self.places = []
        self.disks = []
        self.images = []
        for guest in guests:
            self.options = guest
            disks = [self.writable(disk) for disk in guest.disks]
            self.images.append(None if guest.initramfs else self.image_disk())
            if self.images[-1]:
                disks.insert(0, self.images[-1])
            self.places.append(list(enumerate(disks, len(self.disks))))
            self.disks += disks
        self.start(self.prepare_guests(guests))
        self.hello('outer')
        self.check_init('outer')
        self.handlers['outer'] = self.from_dom0
        nic = ['1'] if any(guest.nics for guest in guests) else []
        self.in_dom0('start', *nic)
        status = 0
        for number, guest in enumerate(guests):
            self.options = guest
            status = self.one_guest(number) or status
        return status

    def prepare_guests(self, guests):
        files = {}
        for number, guest in enumerate(guests):
            self.options = guest
            self.image = self.images[number]
            kernel, initrd, append = self.boot_guest(number)
            path = f'{self.folder}/config{number}'
            with open(path, 'w', encoding='utf-8') as file:
                file.write(config(guest, number, self.places[number], append))
            files.update({f'guest/vmlinuz{number}': kernel, f'guest/initrd{number}': initrd,
                          f'guest/config{number}': path})
        self.options = guests[0]
        xen, kernel, layers = parts.dom0()
        initrd = f'{self.folder}/dom0-initrd'
        parts.dom0_initrd(initrd, layers, files)
        path = f'{self.folder}/guest.socket'
        self.channels['guest'] = ConsoleChannel(path, 'guest', f'{self.folder}/serial.log')
        self.listen('outer')
        self.listen_monitor('qmp')
        return machine.xen(self.folder, xen, kernel, initrd, self.disks,
                           any(guest.nics for guest in guests),
                           DOM0_MEM, XEN_MEM + max(guest.mem for guest in guests))

    def boot_guest(self, number):
        opts = self.options
        # A PVH guest's kernel speaks to Xen's own console, a PV guest's to hvc0.
        words = 'panic=-1 loglevel=5'
        if opts.host == 'xen-pvh':
            words = f'earlyprintk=xen,keep {words}'
        if self.image:
            kernel, initrd, append = parts.image_boot(self.image_folder,
                                                      f'{words} {parts.image_append(opts)}')
            # The agent has the console.
            kept = [word for word in append.split() if not word.startswith('console=')]
            return kernel, initrd, ' '.join([*kept, 'console=tty0', 'xhv.rig=hvc0'])
        kernel = parts.kernel(opts.kernel, opts.shim and not opts.load)
        initrd = f'{self.folder}/initrd{number}'
        # A console is slow: 16 bytes an interrupt.
        parts.guest_initrd(initrd, opts, kernel, opts.add)
        return kernel.image, initrd, f'{words} {opts.append}'.strip()

    def one_guest(self, number):
        opts = self.options
        self.channels['guest'].begin()
        self.doing = 'creating the guest'
        self.send('outer', 'send_run', ['rig-xen', 'guest', f'/guest/config{number}', PORT])
        self.hello('guest')
        if opts.initramfs:
            self.check_init('guest')
        elif opts.nics and self.run('guest', [hosts.WAIT_FOR_ROUTE],
                                    output.Output(2), output.Output(2)):
            raise session.NotUp('the guest got no network')
        if not opts.initramfs:
            for path, guest_path in opts.add:
                self.put('guest', path, guest_path)
        status = self.command()
        failures = []
        for guest_path, path in opts.get:
            failure = self.get('guest', guest_path, path)
            if failure:
                failures.append(f'{guest_path}: {failure}')
        self.power_off(bool(opts.image) and not opts.image.snapshot)
        if failures and status == 0:
            raise session.RigError('--get ' + '; '.join(failures))
        return status

    def in_dom0(self, *words):
        self.doing = f"running {words[0]} in Xen's domain 0"
        self.send('outer', 'send_run', ['rig-xen', *words])
        said = b''
        for kind, payload in self.frames('outer'):
            if kind in 'OE':
                said += payload
            elif kind == 'Z':
                if channel.number(payload):
                    raise session.NotUp(f'domain 0: {said.decode(errors="replace").strip()}')
                return

    def from_dom0(self, kind, payload):
        """What xl says, and the end of a guest."""
        if kind in 'OE':
            with open(f'{self.folder}/inner-qemu.log', 'ab') as log:
                log.write(payload)
        elif kind == 'Z':
            raise GuestEnded(f'the guest ended while {self.doing}')

    def power_off(self, clean):
        self.doing = 'powering off'
        end = self.deadline
        self.deadline = min(end, time.monotonic() + (90 if clean else 20))
        self.send('guest', 'send_numbers', 'P', channel.OFF_CLEAN if clean else 0)
        # The kernel may say something there.
        self.channels['guest'].begin()
        try:
            for _ in self.frames('guest'):
                pass
        except GuestEnded:
            self.deadline = end

    def host_statistics(self):
        return f'host {self.options.host}\n'.encode()

    def time_to_get_up(self):
        return self.options.timeout if not self.may_fail else TIME_TO_GET_UP

    def emulator_failure(self, error):
        """One that came before any command ran may be tried again."""
        if not self.process or self.stdout or session.PANIC.search(self.read_log('serial.log')):
            return None
        if not isinstance(error, (session.NotUp, session.TimeUp)):
            return None
        return session.describe(self, error)
