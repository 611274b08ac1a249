# SPDX-License-Identifier: GPL-2.0-only
"""What a guest is made of; the shell libraries build it and keep it cached."""

import dataclasses
import os
import signal
import subprocess
import sys
import tempfile

from . import cpio, machine

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), '../../..'))
LIBS = ('deps', 'cache', 'mirror', 'kernel', 'modules', 'qemu', 'firmware', 'initramfs',
        'xen', 'image-base', 'image')

# Loaded in every initramfs guest.
BASE_MODULES = 'virtio_pci virtio_console virtio_blk virtio_net'
SCSI_MODULES = 'sd_mod sr_mod'
VMBUS_MODULES = 'hv_vmbus hv_utils'
# Where a guest of Xen reaches its host.
CONSOLE = '/dev/hvc0'
# They refuse to load unless on Xen.
XEN_MODULES = 'xen-blkfront xen-netfront xen-evtchn xen-gntalloc xen-gntdev xenfs xen-privcmd'
# Of the outer machine's side of a rig network.
NETWORK_FILES = {'rig-net': 'etc/rig-net', 'rig-net.cgi': 'www/cgi-bin/data'}
SHIM = {'tcg': 'xen-hyperv-loopback', 'hyperv': 'xen-hyperv-vmbus'}


class PartsError(Exception):
    pass


def shell(script, *args):
    """Runs a script that has the libraries; returns what it writes to fd 3.

    A person sees its progress. Elsewhere stderr belongs to the command that
    runs in the guest, so it is shown only when the script fails.
    """
    lines = ['set -euo pipefail', 'cd "$1"', 'root=$1', 'shift']
    lines += [f'. scripts/lib/{lib}.sh' for lib in LIBS
              if os.path.exists(f'{ROOT}/scripts/lib/{lib}.sh')]
    with tempfile.TemporaryFile() as result, tempfile.TemporaryFile() as progress:
        messages = 2 if os.isatty(2) else progress
        fd = result.fileno()
        process = subprocess.Popen(
            ['bash', '-c', '\n'.join([f'[ {fd} = 3 ] || exec 3>&{fd} {fd}>&-', *lines, script]), 'rig', ROOT, *args],
            stdin=subprocess.DEVNULL, stdout=messages, stderr=messages, pass_fds=(fd,),
            start_new_session=True)
        try:
            status = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
        if status:
            progress.seek(0)
            sys.stderr.write(progress.read().decode(errors='replace'))
            raise PartsError('cannot prepare the guest')
        result.seek(0)
        return result.read().decode().splitlines()


def cache_folder():
    return shell('cache_dir >&3')[0]


@dataclasses.dataclass
class Kernel:
    release: str
    image: str
    layer: str
    dependencies: str
    our_modules: str = None


def kernel(spec, with_ours):
    """A kernel, its modules for an initramfs and, if asked for, ours."""
    ours = ('modules_build "$root" "$KERNEL_RELEASE" "$KERNEL_KDIR"; echo "$MODULES_DIR" >&3'
            if with_ours else '')
    lines = shell('''
        kernel_get "$1"
        initramfs_modules "$KERNEL_RELEASE" "$KERNEL_DIR"
        printf '%s\\n' "$KERNEL_RELEASE" "$KERNEL_DIR" "$REPLY" >&3
        ''' + ours, spec)
    release, folder, modules = lines[:3]
    return Kernel(release, f'{folder}/boot/vmlinuz-{release}', f'{modules}/layer.cpio',
                  f'{modules}/modules.dep', lines[3] if with_ours else None)


def layers(*names):
    """The cpio layers that depend on no kernel: core, tools, net, qemu."""
    return [line + '/layer.cpio' for line in shell(
        'for layer; do case $layer in core) initramfs_core "$root" ;; tools) initramfs_tools ;; '
        'net) initramfs_net ;; qemu) initramfs_qemu ;; esac; echo "$REPLY" >&3; done', *names)]


def module_files(kernel_parts):
    """Our modules for a guest's last layer: {path: contents}, by module name."""
    folder = kernel_parts.our_modules
    if not folder:
        return {}
    names = sorted(name for name in os.listdir(folder) if name.endswith('.ko'))
    if not names:
        return {}
    with open(kernel_parts.dependencies, encoding='ascii') as file:
        depends = file.read()
    paths = {}
    for line in depends.splitlines():
        path = line.partition(':')[0]
        name = os.path.basename(path).partition('.')[0].replace('-', '_')
        paths[name] = line.replace(':', '').split()
    own = {name[:-3].replace('-', '_'): f'extra/{name}' for name in names}

    def closure(module, seen):
        needed = subprocess.run(['/sbin/modinfo', '-F', 'depends',
                                 f'{folder}/{own[module].partition("/")[2]}'],
                                check=True, capture_output=True, text=True).stdout
        for need in filter(None, needed.strip().split(',')):
            need = need.replace('-', '_')
            for path in [own[need]] if need in own else paths.get(need, []):
                if path not in seen:
                    seen.append(path)
            if need in own:
                closure(need, seen)
        return seen

    for module, path in own.items():
        depends += f'{path}: {" ".join(closure(module, []))}\n'
    base = f'lib/modules/{kernel_parts.release}'
    files = {f'{base}/modules.dep': depends.encode()}
    for name in names:
        with open(f'{folder}/{name}', 'rb') as file:
            files[f'{base}/extra/{name}'] = file.read()
    return files


def quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def guest_settings(options, kernel_parts):
    """What an initramfs guest's init shall do, and our modules' files."""
    files = module_files(kernel_parts)
    shim = SHIM.get(options.host, '') if options.shim else ''
    if not options.load:
        shim = ''
    if shim and not any(path.endswith(f'/{shim}.ko') for path in files):
        raise PartsError(f'the checkout builds no {shim}.ko; --no-shim runs without it')
    core = [p.partition('.')[2] for p in options.param if p.startswith('xen-hyperv.')]
    own = [p.removeprefix(f'{shim}.') for p in options.param if not p.startswith('xen-hyperv.')]
    early = [BASE_MODULES, SCSI_MODULES]
    late = []
    if any(disk.cdrom for disk in options.disks):
        early.append('virtio_scsi')
    if options.host == 'hyperv':
        early.append(VMBUS_MODULES)
        late.append('hv_storvsc hv_netvsc')
    if options.on_xen():
        early = []
        late.append(XEN_MODULES)
    settings = {
        'RIG_MODULES': ' '.join(early),
        'RIG_CORE_PARAM': ' '.join(core),
        'RIG_SHIM': shim,
        'RIG_PARAM': ' '.join(own),
        'RIG_SHIM_MODULES': XEN_MODULES if shim else '',
        'RIG_LATE_MODULES': ' '.join(late),
        'RIG_DISKS': str(len(options.disks)),
        'RIG_NICS': str(len(options.nics)),
        'RIG_TERMINAL': CONSOLE if options.on_xen() else '',
    }
    return settings, files


def write_config(archive, settings):
    text = ''.join(f'{name}={quoted(value)}\n' for name, value in settings.items())
    archive.file('etc/rig.conf', text.encode())


def guest_initrd(path, options, kernel_parts, add=()):
    """Also adds files, [(path here, path in it)]."""
    settings, files = guest_settings(options, kernel_parts)
    with open(path, 'wb') as out:
        names = ['core', 'tools', 'net'] if options.nics else ['core', 'tools']
        for layer in [*layers(*names), kernel_parts.layer]:
            cpio.append_layer(out, layer)
        archive = cpio.Archive(out)
        write_config(archive, settings)
        for name, data in files.items():
            archive.file(name, data)
        for source, name in add:
            archive.begin(name, os.path.getsize(source), os.stat(source).st_mode & 0o7777)
            cpio.append_file(out, source)
        archive.finish()


def dom0():
    """Xen, the kernel of its domain 0, and the layers of that one's initramfs."""
    xen, folder, rig = shell('''
        xen_hypervisor; echo "$REPLY" >&3
        xen_dom0; echo "$REPLY" >&3
        xen_rig "$root"; echo "$REPLY" >&3''')
    return (f'{xen}/xen', f'{folder}/vmlinuz',
            [*layers('core'), f'{folder}/modules.cpio', f'{folder}/layer.cpio',
             f'{rig}/layer.cpio'])


def dom0_initrd(path, dom0_layers, files):
    """Files are {path in it: path here}."""
    settings = {'RIG_MODULES': 'virtio_pci virtio_console virtio_blk',
                'RIG_PORTS': machine.INNER_PORT}
    with open(path, 'wb') as out:
        for layer in dom0_layers:
            cpio.append_layer(out, layer)
        archive = cpio.Archive(out)
        write_config(archive, settings)
        for name, source in files.items():
            archive.begin(name, os.path.getsize(source))
            cpio.append_file(out, source)
        archive.finish()


def outer_initrd(path, options, kernel_parts, files):
    """The outer machine's: QEMU, and files {path in it: path here}."""
    taps = [str(index) for index, nic in enumerate(options.nics) if nic.kind == 'rig']
    settings = {
        'RIG_MODULES': 'virtio_pci virtio_console virtio_blk virtio_net kvm_amd',
        'RIG_PORTS': f'{machine.INNER_PORT} {machine.SERIAL_PORT} {machine.QMP_PORT}',
        'RIG_NICS': '1' if len(options.nics) > len(taps) else '',
        'RIG_TAPS': ' '.join(taps),
    }
    with open(path, 'wb') as out:
        for layer in [*layers('core', 'qemu', *(['net'] if taps else [])), kernel_parts.layer]:
            cpio.append_layer(out, layer)
        archive = cpio.Archive(out)
        if taps:
            for name, guest_path in NETWORK_FILES.items():
                with open(f'{ROOT}/tests/guest/{name}', 'rb') as file:
                    archive.file(guest_path, file.read(), 0o755)
        write_config(archive, settings)
        for name, source in files.items():
            archive.begin(name, os.path.getsize(source))
            cpio.append_file(out, source)
        archive.finish()


def qemu():
    """The folder of the test host's QEMU."""
    return shell('qemu_build; echo "$REPLY" >&3')[0]


def image():
    """The folder of the demo's image, with our modules for its kernel in it."""
    return shell('''
        kernel_get
        modules_build "$root" "$KERNEL_RELEASE" "$KERNEL_KDIR"
        image_build "$KERNEL_RELEASE" "$MODULES_DIR"
        echo "$REPLY" >&3''')[0]


def overlay(path, disk):
    """A file that takes the writes to a disk, so that the disk stays as it is."""
    shell('deps_need qemu-utils; qemu-img create -q -f qcow2 -F "$1" -b "$2" "$3"',
          disk.format, disk.path, path)
    return dataclasses.replace(disk, path=path, format='qcow2', snapshot=False)


def image_boot(folder, append):
    """How to boot an image's own kernel with other parameters than its GRUB's.

    Returns kernel, initrd and parameters, from the files beside the image.
    """
    files = [f'{folder}/{name}' for name in ('vmlinuz', 'initrd.img', 'cmdline')]
    if not all(os.path.isfile(path) for path in files):
        raise PartsError('--no-shim, --no-load, --param and --append need vmlinuz, '
                         f'initrd.img and cmdline beside the image, in {folder}')
    with open(files[2], encoding='utf-8') as file:
        return files[0], files[1], f'{file.read().strip()} {append}'


def image_append(options):
    """The kernel parameters that carry the options into an image guest."""
    words = []
    if not options.shim or not options.load:
        words.append('module_blacklist=xen_hyperv,xen_hyperv_vmbus,xen_hyperv_loopback')
    shim = SHIM[options.host].replace('-', '_')
    for param in options.param:
        core = param.startswith('xen-hyperv.')
        words.append(('xen_hyperv.' if core else f'{shim}.') +
                     param.removeprefix('xen-hyperv.').removeprefix(f'{SHIM[options.host]}.'))
    if options.append:
        words.append(options.append)
    return ' '.join(words)
