# SPDX-License-Identifier: GPL-2.0-only
"""QEMU command lines."""

QEMU_TCG = 'qemu-system-x86_64'


def bare(name):
    """No devices and no configuration but those that we ask for."""
    return ['-name', name, '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot']


def file_node(disk, node):
    """A block node over a disk's file, with what is written and discarded there."""
    opts = [f'driver={disk.format}', f'node-name={node}', 'file.driver=file',
            f'file.filename={disk.path}', 'file.discard=unmap', 'discard=unmap']
    if disk.readonly:
        opts.append('read-only=on')
    else:
        opts.append('detect-zeroes=unmap')
    return ['-blockdev', ','.join(opts)]


def port(name, socket_path):
    """A virtio-serial port whose host end connects to a socket of the rig."""
    ident = name.rpartition('.')[2]
    return ['-chardev', f'socket,id={ident},path={socket_path}',
            '-device', f'virtserialport,chardev={ident},name={name}']


def user_nics(options):
    args = []
    for index, _ in enumerate(options.nics):
        args += ['-netdev', f'user,id=net{index}',
                 '-device', f'virtio-net-pci,netdev=net{index},romfile=']
    return args


def tcg(options, run_folder, kernel, initrd):
    """A guest under plain emulation: no hypervisor that it could detect."""
    args = [QEMU_TCG, *bare('xhv-rig'), '-machine', 'q35,vmport=off',
            '-accel', 'tcg,thread=multi', '-cpu', 'EPYC',
            '-smp', str(options.smp), '-m', str(options.mem),
            '-serial', f'file:{run_folder}/serial.log',
            '-device', 'virtio-serial-pci',
            *port('org.xen-hyperv.rig', f'{run_folder}/guest.socket'),
            *user_nics(options)]
    if kernel:
        args += ['-kernel', kernel, '-initrd', initrd,
                 '-append', f'console=ttyS0 panic=-1 {options.append}'.strip()]
    for index, disk in enumerate(options.disks):
        args += file_node(disk, f'disk{index}')
        device = f'virtio-blk-pci,drive=disk{index}'
        if disk.serial:
            device += f',serial={disk.serial}'
        args += ['-device', device]
    return args
