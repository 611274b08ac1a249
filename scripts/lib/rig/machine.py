# SPDX-License-Identifier: GPL-2.0-only
"""QEMU command lines."""

import dataclasses
import os
import uuid

from . import tsc

QEMU_TCG = 'qemu-system-x86_64'

RIG_PORT = 'org.xen-hyperv.rig'
# Ports of the outer machine that lead to the guest in it.
INNER_PORT = 'org.xen-hyperv.inner'
SERIAL_PORT = 'org.xen-hyperv.serial'
QMP_PORT = 'org.xen-hyperv.qmp'

# kvm=off: a guest that sees KVM does not look for Hyper-V
HYPERV_CPU = ('host,kvm=off,hv-relaxed,hv-vapic,hv-spinlocks=0x1fff,hv-vpindex,hv-runtime,'
              'hv-time,hv-synic,hv-stimer,hv-stimer-direct,hv-ipi,hv-tlbflush,'
              'hv-frequencies,hv-reset,hv-crash')
# Stock ata_piix leaves the disks of such a machine to the VMBus drivers.
HYPERV_SMBIOS = 'type=1,manufacturer=Microsoft Corporation,product=Virtual Machine'
# Places of a tcg guest where PCIe devices can be plugged in: port0, port1 ...
ROOT_PORTS = 4
# The first controller's instance; the others' follow in their last digit.
SCSI_INSTANCE = uuid.UUID('f8b3781a-1e82-4818-a1c3-63d806ec15b0')
# Likewise of NICs, and their addresses, of Microsoft's as on Hyper-V.
MAC = '00:15:5d:77:00:{:02x}'
NIC_INSTANCE = uuid.UUID('f8b3781b-1e82-4818-a1c3-63d806ec1600')


def bare(name):
    """No devices and no configuration but those that we ask for."""
    return ['-name', name, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot']


def file_node(disk, node):
    """A block node over a disk's file, with what is written and discarded there."""
    if disk.log:
        # The device sees the upper node, which passes everything on.
        log = ['-blockdev', f'driver=blklogwrites,node-name={node},file={node}-data,'
                            f'log.driver=file,log.filename={disk.log}']
        return file_node(dataclasses.replace(disk, log=None), f'{node}-data') + log
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


def empty_node(disk, node):
    """A block node of the disk's size that takes no time."""
    return ['-blockdev', f'driver=null-co,node-name={node},read-zeroes=on,'
                         f'size={os.path.getsize(disk.path)}']


def restarts(options):
    """Overrides -no-reboot; a guest that reports a crash goes on to write its dump."""
    return ['-action', 'reboot=reset,panic=none'] if options.restart else []


def socket_chardev(ident, path):
    return ['-chardev', f'socket,id={ident},path={path}']


def monitor(chardev):
    return ['-mon', f'chardev={chardev},mode=control']


def socket_monitor(path):
    return [*socket_chardev('qmp', path), *monitor('qmp')]


def serial_port(ident, name):
    return ['-device', f'virtserialport,chardev={ident},name={name}']


def nics(options):
    """NICs net0, net1 ..., each on the netdev of the same name."""
    args = []
    for index, nic in enumerate(options.nics):
        properties = {'mac': MAC.format(index), **nic.properties}
        if nic.model == 'vmbus':
            device = 'vmbus-net'
            properties['instanceid'] = uuid.UUID(int=NIC_INSTANCE.int + index)
        else:
            device = 'virtio-net-pci'
            properties['romfile'] = ''
        text = ''.join(f',{name}={value}' for name, value in properties.items())
        netdev = (f'tap,id=net{index},ifname=tap{index},script=no,downscript=no'
                  if nic.kind == 'rig' else f'user,id=net{index}')
        args += ['-netdev', netdev, '-device', f'{device},id=nic{index},netdev=net{index}{text}']
    return args


def outer_nic(options):
    """The outer machine's own way out, if a guest's NIC needs it."""
    if not any(nic.kind == 'user' for nic in options.nics):
        return []
    return ['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile=']


def virtio_disks(disks):
    args = []
    for index, disk in enumerate(disks):
        device = 'scsi-cd' if disk.cdrom else 'virtio-blk-pci'
        args += [*file_node(disk, f'disk{index}'),
                 '-device', f'{device},id=disk{index},drive=disk{index}{disk.properties()}']
    if any(disk.cdrom for disk in disks):
        args[:0] = ['-device', 'virtio-scsi-pci,id=scsi0']
    return args


def root_ports():
    args = []
    for number in range(ROOT_PORTS):
        args += ['-device', f'pcie-root-port,id=port{number},chassis={number + 1}']
    return args


def direct_boot(kernel, initrd, append):
    return ['-kernel', kernel, '-initrd', initrd, '-append', append]


def tcg(options, folder, disks, boot):
    """A guest under plain emulation: no hypervisor that it could detect."""
    return [QEMU_TCG, *bare('xhv-rig'), *restarts(options), '-machine', 'q35,vmport=off',
            '-accel', 'tcg,thread=multi', '-cpu', 'EPYC',
            '-smp', str(options.smp), '-m', str(options.mem),
            '-serial', f'file:{folder}/serial.log',
            '-device', 'virtio-serial-pci',
            *socket_chardev('rig', f'{folder}/guest.socket'), *serial_port('rig', RIG_PORT),
            *socket_monitor(f'{folder}/qmp.socket'),
            *virtio_disks(disks), *nics(options), *root_ports(), *boot]


def vmbus_disks(disks, image):
    """Storage devices over the block nodes disk0, disk1 ..."""
    args = []
    for controller in sorted({d.controller for d in disks if d.bus == 'scsi'}):
        instance = uuid.UUID(int=SCSI_INSTANCE.int + controller)
        args += ['-device', f'vmbus-scsi,id=scsi{controller},instanceid={instance}']
    for index, disk in enumerate(disks):
        node = f'disk{index}'
        # As on Hyper-V, errors are the guest's; else one may stop the machine.
        props = f',werror=report,rerror=report{disk.properties()}'
        if disk.bus == 'ide':
            # Firmware and boot loader see the emulated disk, Linux the other.
            # A kernel given to QEMU is index 0.
            boot = ',bootindex=1' if disk is image else ''
            args += ['-device', f'ide-hd,id={node},bus=ide.{disk.controller},'
                                f'unit={disk.lun},drive={node},share-rw=on{boot}{props}',
                     '-device', f'vmbus-ide,id={node}-vmbus,drive={node},'
                                f'controller={disk.controller},unit={disk.lun}'
                                f'{disk.properties()}']
        else:
            kind = 'scsi-cd' if disk.cdrom else 'scsi-hd'
            product = 'Virtual DVD-ROM' if disk.cdrom else 'Virtual Disk'
            args += ['-device', f'{kind},id={node},bus=scsi{disk.controller}.0,scsi-id=0,'
                                f'lun={disk.lun},drive={node},vendor=Msft,'
                                f'product={product},ver=1.0{props}']
    return args


def hyperv(options, program, nodes, disks, image, chardevs, boot):
    """A guest of KVM's Hyper-V interface with our VMBus devices.

    chardevs are those named rig, serial and qmp, nodes the block nodes.
    """
    return [*program, *bare('xhv-rig'), *restarts(options), '-machine', 'pc', '-accel', 'kvm',
            '-cpu', HYPERV_CPU, '-smp', str(options.smp), '-m', str(options.mem),
            '-smbios', HYPERV_SMBIOS, '-device', 'vmbus-bridge',
            *chardevs, '-serial', 'chardev:serial', *monitor('qmp'),
            '-device', 'virtio-serial-pci', *serial_port('rig', RIG_PORT),
            *nodes, *vmbus_disks(disks, image), *nics(options), *boot]


def clock(options):
    """CPUs of the outer machine, and what makes its time pass.

    Counting, that is the instructions: 2 ns each, none while it sleeps.
    """
    if not options.count:
        return ['-accel', 'tcg,thread=multi', '-smp', str(min(max(options.smp, 2), 4))]
    return ['-accel', 'tcg,thread=single', '-smp', '1', '-icount', 'shift=1,sleep=off',
            '-rtc', 'base=2024-01-01,clock=vm', '-seed', str(options.seed),
            '-plugin', options.count]


def outer(options, program, folder, kernel, initrd, disks):
    """The machine whose KVM runs the guest, where this one's cannot.

    It has as many CPUs as the guest: guests of four on a machine of two made no
    progress for minutes now and then, one spinning for what another held.
    """
    args = [*program, *bare('xhv-rig-outer'), '-machine', 'q35,vmport=off',
            '-cpu', 'EPYC,+svm,+npt', *clock(options),
            '-m', str(options.mem + 640),
            '-serial', f'file:{folder}/outer.log',
            '-device', 'virtio-serial-pci',
            *socket_chardev('rig', f'{folder}/outer.socket'), *serial_port('rig', RIG_PORT),
            *socket_chardev('inner', f'{folder}/guest.socket'),
            *serial_port('inner', INNER_PORT),
            '-chardev', f'file,id=serial,path={folder}/serial.log',
            *serial_port('serial', SERIAL_PORT),
            *socket_chardev('inner-qmp', f'{folder}/qmp.socket'),
            *serial_port('inner-qmp', QMP_PORT),
            *socket_monitor(f'{folder}/outer-qmp.socket'),
            *outer_nic(options)]
    for index, disk in enumerate([] if options.count else disks):
        args += [*file_node(disk, f'disk{index}'),
                 '-device', f'virtio-blk-pci,drive=disk{index}']
    append = 'console=ttyS0 quiet panic=-1' + (' nokaslr' if options.count else '')
    # Else the TSC page is unused, and each clock read of the guest is an exit.
    append += ' tsc=reliable clocksource=tsc'
    # The TSC under TCG is that of the machine. What Linux measures instead, by
    # the emulated PIT, is wrong when the machine is busy, once by a factor of
    # nine: then time flies there and in the guest, timers come late, and 30
    # seconds for an answer are three.
    khz = None if options.count else tsc.khz()
    if khz:
        append += f' tsc_early_khz={khz}'
    return args + direct_boot(kernel, initrd, append)


# No instruction that Xen or a guest may use and TCG does not have.
XEN_CPU = ('EPYC,+svm,+npt,-monitor,-xsave,-avx,-avx2,-fma,-f16c,-xsaveopt,-xgetbv1,-xsavec')


def xen(folder, hypervisor, kernel, initrd, disks, nic, dom0_mem, other_mem):
    """A machine with Xen and its domain 0.

    smap=hvm: else a PV domain 0 fails in an early iret under QEMU. cpuidle=0:
    mwait. The messages of PVH guests are debug messages of Xen.
    """
    words = (f'console=com1 com1=115200,8n1 dom0_mem={dom0_mem}M,max:{dom0_mem}M '
             'dom0_max_vcpus=1 dom0_vcpus_pin smap=hvm cpuidle=0 noreboot=no guest_loglvl=all')
    # A comma in a module's parameters is two for QEMU.
    modules = f'{kernel} console=hvc0 loglevel=4 panic=-1,{initrd}'
    args = [QEMU_TCG, *bare('xhv-rig-xen'), '-machine', 'q35,vmport=off',
            '-accel', 'tcg,thread=multi', '-smp', '2', '-cpu', XEN_CPU,
            '-m', str(dom0_mem + other_mem),
            '-serial', f'file:{folder}/outer.log',
            '-device', 'virtio-serial-pci',
            *socket_chardev('rig', f'{folder}/outer.socket'), *serial_port('rig', RIG_PORT),
            *socket_chardev('inner', f'{folder}/guest.socket'), *serial_port('inner', INNER_PORT),
            *socket_monitor(f'{folder}/qmp.socket')]
    if nic:
        args += ['-netdev', 'user,id=net0', '-device', 'virtio-net-pci,netdev=net0,romfile=']
    for index, disk in enumerate(disks):
        args += [*file_node(disk, f'disk{index}'),
                 '-device', f'virtio-blk-pci,id=disk{index},drive=disk{index}{disk.properties()}']
    return args + direct_boot(hypervisor, modules, words)
