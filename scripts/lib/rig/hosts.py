# SPDX-License-Identifier: GPL-2.0-only
"""The hosts that a guest can run on."""

import glob
import os
import select
import time

from . import channel, kvm, machine, monitor, options, output, parts, session


# Waits until the kernel has a route, as COMMAND may need the network at once.
WAIT_FOR_ROUTE = """\
n=0
until awk '$2 == "00000000" { found = 1 } END { exit !found }' /proc/net/route; do
	[ $((n += 1)) -le 600 ] || { echo "no default route after a minute"; exit 1; }
	sleep 0.1
done"""

# In seconds, for a guest in an emulated machine; 15 to 60 are usual.
TIME_TO_GET_UP = {'initramfs': 150, 'image': 200}
# Until the outer machine's kernel must have seen that a disk has changed.
RESIZE_TIME = 10


class Host(session.Session):
    """What is the same on all hosts."""

    def execute(self):
        opts = self.options
        # Before anything else: what a guest is booted from may be an overlay.
        self.disks = [self.writable(disk) for disk in opts.disks]
        self.image = None if opts.initramfs else self.image_disk()
        if self.image:
            self.disks.insert(0, self.image)
        self.start(self.prepare())
        self.bring_up()
        if opts.initramfs:
            self.check_init('guest')
        elif opts.nics and self.run('guest', [WAIT_FOR_ROUTE],
                                    output.Output(2), output.Output(2)):
            raise session.NotUp('the guest got no network')
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

    def prepare(self):
        """Returns the command line of the machine to start."""
        raise NotImplementedError

    def bring_up(self):
        self.hello('guest')

    def command(self):
        self.stdout = output.Output(1)
        self.allow(self.options.timeout)
        if self.options.action == 'shell':
            return self.terminal('guest', self.options.command)
        return self.run('guest', self.options.command, self.stdout, output.Output(2))

    def writable(self, disk):
        # Counting, only its size is of interest.
        if not disk.snapshot or self.options.count:
            return disk
        self.overlays = getattr(self, 'overlays', 0) + 1
        return parts.overlay(f'{self.folder}/overlay{self.overlays}', disk)

    def image_disk(self):
        """The disk to boot, and where the kernel that is in it can be found."""
        if self.options.image:
            self.image_folder = os.path.dirname(self.options.image.path)
            return self.writable(self.options.image)
        self.image_folder = parts.image()
        return self.writable(options.boot_disk(options.Disk(
            f'{self.image_folder}/disk.vhd', 'vpc', snapshot=True)))

    def boot(self, append):
        """Kernel, initrd and parameters to boot directly, or None: firmware."""
        opts = self.options
        if self.image:
            words = parts.image_append(opts)
            return parts.image_boot(self.image_folder, words) if words else None
        kernel = parts.kernel(opts.kernel, opts.shim)
        initrd = f'{self.folder}/initrd'
        parts.guest_initrd(initrd, opts, kernel)
        return kernel.image, initrd, f'{append} {opts.append}'.strip()


class TcgHost(Host):
    """Plain emulation."""

    def image_disk(self):
        if not self.options.image:
            raise session.RigError("the demo's image has its root on a disk of Hyper-V, which "
                                   'this host has not: use --initramfs or --image FILE')
        return super().image_disk()

    def prepare(self):
        boot = self.boot('console=ttyS0 panic=-1')
        self.listen('guest')
        self.listen_monitor('qmp')
        return machine.tcg(self.options, self.folder, self.disks,
                           machine.direct_boot(*boot) if boot else [])


class HypervHost(Host):
    """A Hyper-V guest of this machine's KVM."""

    # Each character on the emulated port is an exit or two.
    append = 'console=ttyS0 panic=-1 loglevel=5'

    def prepare(self):
        if any(nic.kind == 'rig' for nic in self.options.nics):
            raise session.RigError('--nic rig is a network of the machine around a nested '
                                   'guest, and this one is not nested')
        boot = self.boot(self.append)
        nodes = []
        for index, disk in enumerate(self.disks):
            nodes += machine.file_node(disk, f'disk{index}')
        chardevs = [*machine.socket_chardev('rig', self.listen('guest')),
                    *machine.socket_chardev('qmp', self.listen_monitor('qmp')),
                    '-chardev', f'file,id=serial,path={self.folder}/serial.log']
        return machine.hyperv(
            self.options, self.qemu_program(), nodes, self.disks, self.image, chardevs,
            machine.direct_boot(*boot) if boot else [])

    def qemu_program(self):
        folder = parts.qemu()
        return [f'{folder}/bin/qemu-system-x86_64', '-L', f'{folder}/share']

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
        boot = self.boot(self.append)
        files = {}
        inner_boot = []
        if boot:
            kernel, initrd, append = boot
            files = {'guest/vmlinuz': kernel, 'guest/initrd': initrd}
            inner_boot = machine.direct_boot('/guest/vmlinuz', '/guest/initrd', append)
        self.inner = self.inner_args(inner_boot)
        outer = parts.kernel('', False)
        outer_initrd = f'{self.folder}/outer-initrd'
        parts.outer_initrd(outer_initrd, self.options, outer, files)
        self.listen('guest')
        self.listen('outer')
        self.listen_monitor('qmp')
        self.listen_monitor('outer-qmp')
        self.handlers['outer'] = self.from_outer
        self.outer_readers = []
        # Debian 12's own may deliver interrupts of a guest's guest twice.
        program = self.qemu_program()
        return machine.outer(self.options, program, self.folder, outer.image, outer_initrd, self.disks)

    def inner_args(self, boot):
        """The command line of QEMU in the outer machine."""
        nodes = []
        for index, disk in enumerate(self.disks):
            nodes += (machine.empty_node(disk, f'disk{index}') if self.options.count else
                      machine.device_node(disk, f'disk{index}', f'/dev/vd{chr(97 + index)}'))
        chardevs = ['-chardev', f'pipe,id=rig,path=/dev/virtio-ports/{machine.INNER_PORT}',
                    '-chardev', f'pipe,id=qmp,path=/dev/virtio-ports/{machine.QMP_PORT}',
                    '-chardev', f'file,id=serial,path=/dev/virtio-ports/{machine.SERIAL_PORT}']
        return machine.hyperv(
            self.options, ['qemu-system-x86_64', '-L', '/usr/share/qemu'], nodes, self.disks,
            self.image, chardevs, boot)

    def bring_up(self):
        self.hello('outer')
        self.check_init('outer')
        self.send('outer', 'send_run', self.inner)
        self.hello('guest')

    def from_outer(self, kind, payload):
        """QEMU's messages, its end, and the answer to a question for counters."""
        if kind in 'OE':
            with open(f'{self.folder}/inner-qemu.log', 'ab') as log:
                log.write(payload)
        elif kind == 'Z':
            error = session.RigError if self.stdout else session.NotUp
            raise error(f'the guest ended while {self.doing} '
                        f'(QEMU status {channel.number(payload)})')
        elif kind == 't':
            self.outer_readers.pop(0)(payload.decode(errors='replace').splitlines())

    def read_outer(self, pattern, done):
        """done gets the lines "path value"; the agent answers in order."""
        self.outer_readers.append(done)
        self.send('outer', 'send', 'T', pattern.encode() + b'\0')

    def answer_stat(self):
        def answer(lines):
            text = ''.join(line.rpartition('/')[2] + '\n' for line in lines)
            self.send('guest', 'send', 'S', f'host hyperv\n{text}'.encode())

        self.read_outer('/sys/kernel/debug/kvm/*', answer)

    def host_command(self, command, done):
        arguments = command.get('arguments')
        nodes = [f'disk{index}' for index, _ in enumerate(self.disks)]
        if (command['execute'] == 'block_resize' and isinstance(arguments, dict) and
                arguments.get('node-name') in nodes):
            self.resize(nodes.index(arguments['node-name']), command, done)
        else:
            super().host_command(command, done)

    def resize(self, index, command, done):
        """The disk's file, then the outer machine's disk, then the guest's."""
        size = command['arguments'].get('size')

        def look():
            self.read_outer(f'/sys/block/vd{chr(97 + index)}/size', compare)

        def compare(lines):
            if lines and int(lines[0].split()[1]) * 512 == size:
                self.channels['qmp'].ask(command, done)
            elif time.monotonic() < end:
                self.later(0.05, look)
            else:
                done(monitor.error('the outer machine does not see the new size'))

        def resized(reply):
            if 'error' in reply:
                done(reply)
            else:
                look()

        end = time.monotonic() + RESIZE_TIME
        self.channels['outer-qmp'].ask(command, resized)

    def time_to_get_up(self):
        # The last try waits as long as it may: the machine may be a slow one.
        if not self.may_fail or self.options.count:
            return self.options.timeout
        return TIME_TO_GET_UP['initramfs' if self.options.initramfs else 'image']

    def emulator_failure(self, error):
        """The emulated CPUs lose an interrupt, or their way, now and then."""
        if not self.process or session.PANIC.search(self.read_log('serial.log')):
            return None
        if select.select([self.exit_fd], [], [], 2)[0]:
            # A guest that powers off or resets does not end the machine.
            if self.stdout and not self.can_run_again():
                return None
        elif self.stdout or not isinstance(error, (session.NotUp, session.TimeUp)):
            return None
        return session.describe(self, error)

    def can_run_again(self):
        """Whether a command that has begun has left no traces.

        Until it began the guest has written nothing but what its own image's
        system does; if that is kept, it is as after a power cut.
        """
        opts = self.options
        disks = [opts.image] if opts.image else []
        return (opts.action == 'run' and
                all(disk.snapshot or disk.readonly for disk in disks + opts.disks) and
                self.stdout.take_back())


def create(opts, may_fail):
    """A run; if it may fail, there is another try."""
    log_folder = parts.cache_folder() + '/logs'
    if opts.on_xen():
        from . import xen  # pylint: disable=import-outside-toplevel,cyclic-import
        kind = xen.XenHost
    elif opts.host == 'tcg':
        kind = TcgHost
    else:
        kind = HypervHost if kvm.offers_hyperv() and not opts.count else NestedHypervHost
    return kind(opts, log_folder, may_fail)
