# SPDX-License-Identifier: GPL-2.0-only
"""QEMU command lines."""

import uuid

from . import tsc

QEMU_TCG = 'qemu-system-x86_64'

RIG_PORT = 'org.xen-hyperv.rig'
# Ports of the outer machine that lead to the guest in it.
INNER_PORT = 'org.xen-hyperv.inner'
SERIAL_PORT = 'org.xen-hyperv.serial'

# kvm=off: a guest that sees KVM does not look for Hyper-V
HYPERV_CPU = ('host,kvm=off,hv-relaxed,hv-vapic,hv-spinlocks=0x1fff,hv-vpindex,hv-runtime,'
              'hv-time,hv-synic,hv-stimer,hv-stimer-direct,hv-ipi,hv-tlbflush,'
              'hv-frequencies,hv-reset,hv-crash')
# Stock ata_piix leaves the disks of such a machine to the VMBus drivers.
HYPERV_SMBIOS = 'type=1,manufacturer=Microsoft Corporation,product=Virtual Machine'
# The first controller's instance; the others' follow in their last digit.
SCSI_INSTANCE = uuid.UUID('f8b3781a-1e82-4818-a1c3-63d806ec15b0')


def bare(name):
    """No devices and no configuration but those that we ask for."""
    return ['-name', name, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot']


def file_node(disk, node):
    """A block node over a disk's file, with what is written and discarded there."""
    opts = [f'driver={disk.format}', f'node-name={node}', 'file.driver=file',
            f'file.filename={disk.path}', 'file.discard=unmap', 'discard=unmap',
            'read-only=on' if disk.readonly else 'detect-zeroes=unmap']
    return ['-blockdev', ','.join(opts)]


def device_node(disk, node, path):
    """A block node over a disk of the outer machine.

    Not cached there: it is in the machine's own cache, and what the guest has
    flushed must be in the file.
    """
    opts = ['driver=raw', f'node-name={node}', 'discard=unmap', 'cache.direct=on',
            'file.driver=host_device', f'file.filename={path}', 'file.discard=unmap',
            'file.cache.direct=on']
    if disk.readonly:
        opts.append('read-only=on')
    return ['-blockdev', ','.join(opts)]


def socket_chardev(ident, path):
    return ['-chardev', f'socket,id={ident},path={path}']


def serial_port(ident, name):
    return ['-device', f'virtserialport,chardev={ident},name={name}']


def user_nics(options):
    args = []
    for index, _ in enumerate(options.nics):
        args += ['-netdev', f'user,id=net{index}',
                 '-device', f'virtio-net-pci,netdev=net{index},romfile=']
    return args


def virtio_disks(disks):
    args = []
    for index, disk in enumerate(disks):
        device = f'virtio-blk-pci,drive=disk{index}'
        if disk.serial:
            device += f',serial={disk.serial}'
        args += [*file_node(disk, f'disk{index}'), '-device', device]
    return args


def direct_boot(kernel, initrd, append):
    return ['-kernel', kernel, '-initrd', initrd, '-append', append]


def tcg(options, folder, disks, boot):
    """A guest under plain emulation: no hypervisor that it could detect."""
    return [QEMU_TCG, *bare('xhv-rig'), '-machine', 'q35,vmport=off',
            '-accel', 'tcg,thread=multi', '-cpu', 'EPYC',
            '-smp', str(options.smp), '-m', str(options.mem),
            '-serial', f'file:{folder}/serial.log',
            '-device', 'virtio-serial-pci',
            *socket_chardev('rig', f'{folder}/guest.socket'), *serial_port('rig', RIG_PORT),
            *virtio_disks(disks), *user_nics(options), *boot]


def vmbus_disks(disks, image):
    """Storage devices over the block nodes disk0, disk1 ..."""
    args = []
    for controller in sorted({d.controller for d in disks if d.bus == 'scsi'}):
        instance = uuid.UUID(int=SCSI_INSTANCE.int + controller)
        args += ['-device', f'vmbus-scsi,id=scsi{controller},instanceid={instance}']
    for index, disk in enumerate(disks):
        node = f'disk{index}'
        serial = f',serial={disk.serial}' if disk.serial else ''
        if disk.bus == 'ide':
            # Firmware and boot loader see the emulated disk, Linux the other.
            # A kernel given to QEMU is index 0.
            boot = ',bootindex=1' if disk is image else ''
            args += ['-device', f'ide-hd,bus=ide.{disk.controller},unit={disk.lun},'
                                f'drive={node},share-rw=on{boot}{serial}',
                     '-device', f'vmbus-ide,drive={node},controller={disk.controller},'
                                f'unit={disk.lun}{serial}']
        else:
            args += ['-device', f'scsi-hd,bus=scsi{disk.controller}.0,scsi-id=0,'
                                f'lun={disk.lun},drive={node},vendor=Msft,'
                                f'product=Virtual Disk,ver=1.0{serial}']
    return args


def hyperv(options, program, nodes, disks, image, chardevs, boot):
    """A guest of KVM's Hyper-V interface with our VMBus devices.

    chardevs are those named rig and serial, nodes the block nodes.
    """
    return [*program, *bare('xhv-rig'), '-machine', 'pc', '-accel', 'kvm',
            '-cpu', HYPERV_CPU, '-smp', str(options.smp), '-m', str(options.mem),
            '-smbios', HYPERV_SMBIOS, '-device', 'vmbus-bridge',
            *chardevs, '-serial', 'chardev:serial',
            '-device', 'virtio-serial-pci', *serial_port('rig', RIG_PORT),
            *nodes, *vmbus_disks(disks, image), *user_nics(options), *boot]


def outer(options, program, folder, kernel, initrd, disks):
    """The machine whose KVM runs the guest, where this one's cannot.

    It has as many CPUs as the guest: guests of four on a machine of two made no
    progress for minutes now and then, one spinning for what another held.
    """
    args = [*program, *bare('xhv-rig-outer'), '-machine', 'q35,vmport=off',
            '-accel', 'tcg,thread=multi', '-cpu', 'EPYC,+svm,+npt',
            '-smp', str(min(max(options.smp, 2), 4)),
            '-m', str(options.mem + 640),
            '-serial', f'file:{folder}/outer.log',
            '-device', 'virtio-serial-pci',
            *socket_chardev('rig', f'{folder}/outer.socket'), *serial_port('rig', RIG_PORT),
            *socket_chardev('inner', f'{folder}/guest.socket'),
            *serial_port('inner', INNER_PORT),
            '-chardev', f'file,id=serial,path={folder}/serial.log',
            *serial_port('serial', SERIAL_PORT),
            *user_nics(options)]
    for index, disk in enumerate(disks):
        args += [*file_node(disk, f'disk{index}'),
                 '-device', f'virtio-blk-pci,drive=disk{index}']
    append = 'console=ttyS0 quiet panic=-1'
    # Else the TSC page is unused, and each clock read of the guest is an exit.
    append += ' tsc=reliable clocksource=tsc'
    # The TSC under TCG is that of the machine. What Linux measures instead, by
    # the emulated PIT, is wrong when the machine is busy, once by a factor of
    # nine: then time flies there and in the guest, timers come late, and 30
    # seconds for an answer are three.
    khz = tsc.khz()
    if khz:
        append += f' tsc_early_khz={khz}'
    return args + direct_boot(kernel, initrd, append)
