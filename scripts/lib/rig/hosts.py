# SPDX-License-Identifier: GPL-2.0-only
"""The hosts that a guest can run on."""

import glob
import os

from . import kvm, machine, parts, session


class Host(session.Session):
    """What is the same on all hosts."""

    def execute(self):
        self.start(self.prepare())
        self.bring_up()
        opts = self.options
        if opts.initramfs:
            self.check_init('guest')
        for path, guest_path in opts.add:
            self.put('guest', path, guest_path)
        status = self.run('guest', opts.command)
        failures = []
        for guest_path, path in opts.get:
            failure = self.get('guest', guest_path, path)
            if failure:
                failures.append(f'{guest_path}: {failure}')
        self.power_off(False)
        if failures and status == 0:
            raise session.RigError('--get ' + '; '.join(failures))
        return status

    def prepare(self):
        """Returns the command line of the machine to start."""
        raise NotImplementedError

    def bring_up(self):
        self.hello('guest')

    def initramfs_guest(self):
        """Makes kernel and initrd of an initramfs guest; returns their paths."""
        kernel = parts.kernel(self.options.kernel, self.options.shim)
        initrd = f'{self.folder}/initrd'
        parts.guest_initrd(initrd, self.options, kernel)
        return kernel.image, initrd


class TcgHost(Host):
    """Plain emulation."""

    def prepare(self):
        opts = self.options
        if not opts.initramfs:
            raise session.RigError('this host needs --initramfs')
        kernel, initrd = self.initramfs_guest()
        self.listen('guest')
        return machine.tcg(opts, self.folder, opts.disks, machine.direct_boot(
            kernel, initrd, f'console=ttyS0 panic=-1 {opts.append}'.strip()))


class HypervHost(Host):
    """A Hyper-V guest of this machine's KVM."""

    # Each character on the emulated port is an exit or two.
    append = 'console=ttyS0 panic=-1 loglevel=5'

    def guest_append(self):
        return f'{self.append} {self.options.append}'.strip()

    def prepare(self):
        opts = self.options
        kernel, initrd = self.initramfs_guest()
        qemu = parts.qemu()
        nodes = []
        for index, disk in enumerate(opts.disks):
            nodes += machine.file_node(disk, f'disk{index}')
        chardevs = [*machine.socket_chardev('rig', self.listen('guest')),
                    '-chardev', f'file,id=serial,path={self.folder}/serial.log']
        return machine.hyperv(
            opts, [f'{qemu}/bin/qemu-system-x86_64', '-L', f'{qemu}/share'],
            nodes, opts.disks, None, chardevs,
            machine.direct_boot(kernel, initrd, self.guest_append()))

    def host_statistics(self):
        text = 'host hyperv\n'
        for path in sorted(glob.glob(f'/sys/kernel/debug/kvm/{self.process.pid}-*/*')):
            if os.path.isfile(path):
                with open(path, encoding='ascii') as file:
                    text += f'{os.path.basename(path)} {file.readline().strip()}\n'
        return text.encode()


class NestedHypervHost(HypervHost):
    """A Hyper-V guest of the KVM of an emulated machine."""

    def prepare(self):
        opts = self.options
        kernel, initrd = self.initramfs_guest()
        self.inner = self.inner_args('/guest/vmlinuz', '/guest/initrd')
        outer = parts.kernel('', False)
        outer_initrd = f'{self.folder}/outer-initrd'
        parts.outer_initrd(outer_initrd, opts, outer,
                           {'guest/vmlinuz': kernel, 'guest/initrd': initrd})
        os.unlink(initrd)
        self.listen('guest')
        self.listen('outer')
        self.handlers['outer'] = self.from_outer
        return machine.outer(opts, self.folder, outer.image, outer_initrd, opts.disks)

    def inner_args(self, kernel, initrd):
        """The command line of QEMU in the outer machine."""
        opts = self.options
        nodes = []
        for index, disk in enumerate(opts.disks):
            nodes += machine.device_node(disk, f'disk{index}', f'/dev/vd{chr(97 + index)}')
        chardevs = ['-chardev', f'pipe,id=rig,path=/dev/virtio-ports/{machine.INNER_PORT}',
                    '-chardev', f'file,id=serial,path=/dev/virtio-ports/{machine.SERIAL_PORT}']
        return machine.hyperv(
            opts, ['qemu-system-x86_64', '-L', '/usr/share/qemu'], nodes, opts.disks, None,
            chardevs, machine.direct_boot(kernel, initrd, self.guest_append()))

    def bring_up(self):
        self.hello('outer')
        self.check_init('outer')
        self.send('outer', 'send_run', self.inner)
        self.hello('guest')

    def from_outer(self, kind, payload):
        """QEMU's messages, its end, and the answer to a question for counters."""
        if kind in 'OE':
            with open(f'{self.folder}/outer.log', 'ab') as log:
                log.write(payload)
        elif kind == 'Z':
            raise session.RigError(
                f'the guest ended while {self.doing} '
                f'(QEMU status {session.channel.number(payload)})')
        elif kind == 't':
            text = 'host hyperv\n'
            for line in payload.decode(errors='replace').splitlines():
                text += line.rpartition('/')[2] + '\n'
            self.send('guest', 'send', 'S', text.encode())

    def answer_stat(self):
        self.send('outer', 'send', 'T', b'/sys/kernel/debug/kvm/*\0')


def create(options):
    log_folder = parts.cache_folder() + '/logs'
    if options.host == 'tcg':
        kind = TcgHost
    else:
        kind = HypervHost if kvm.offers_hyperv() else NestedHypervHost
    return kind(options, log_folder)
