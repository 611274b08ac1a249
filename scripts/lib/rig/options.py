# SPDX-License-Identifier: GPL-2.0-only
"""The rig's command line."""

import argparse
import os
import shlex
from dataclasses import dataclass, field

HOSTS = ('tcg', 'hyperv', 'xen-pvh', 'xen-pv')
NICS = ('user', 'rig', 'none')
# What can be said of a NIC on --host hyperv: properties of QEMU's vmbus-net.
NIC_PROPERTIES = ('mac', 'max-channels', 'max-version', 'max-mtu', 'max-batch', 'speed',
                  'csum', 'lso', 'friendly-name', 'fault')
FORMATS = {'.vhd': 'vpc', '.vpc': 'vpc', '.vhdx': 'vhdx', '.qcow2': 'qcow2', '.vmdk': 'vmdk'}

USAGE = """\
scripts/rig run --host HOST [options] -- COMMAND...
       scripts/rig shell --host HOST [options]
"""
EPILOG = """\
A COMMAND of one word is a line for the guest's shell; of several, a program
and its arguments. The exit status is that of COMMAND, 124 when the time is up,
and 125 when the rig itself failed.

In the guest, rig-stat prints the host's counters, and rig-host JSON... runs QMP
commands on the guest's QEMU, for example
  rig-host '{"execute": "block_resize",
             "arguments": {"node-name": "disk0", "size": 67108864}}'
It prints each answer; it ends with 1 at the first that is an error, which it
prints on stderr. The Nth --disk, from 0 (after the image's), is the node and the
device diskN. QEMU's folder is one of the run's own, so blockdev-create with a
relative name makes a file that is gone afterwards. With --host hyperv
controller N is scsiN, its bus scsiN.0, and both buses take device_add:
"vmbus-scsi" and disks; with --host tcg port0 to port3 take a virtio-blk-pci.
"""


class UsageError(Exception):
    pass


@dataclass
class Disk:
    path: str
    format: str
    bus: str = 'scsi'
    controller: int = None
    lun: int = None
    serial: str = None
    readonly: bool = False
    snapshot: bool = False
    log: str = None
    cdrom: bool = False
    sector: int = None
    write_cache: str = None

    def properties(self):
        """Those of the guest's device, as QEMU writes them."""
        text = f',serial={self.serial}' if self.serial else ''
        if self.sector:
            text += f',logical_block_size={self.sector},physical_block_size={self.sector}'
        if self.write_cache:
            text += f',write-cache={self.write_cache}'
        return text


@dataclass
class Nic:
    kind: str
    model: str
    properties: dict = field(default_factory=dict)


@dataclass
class Options:
    action: str
    host: str
    kernel: str
    image: Disk
    initramfs: bool
    smp: int
    mem: int
    disks: list
    nics: list
    param: list
    shim: bool
    load: bool
    add: list
    get: list
    timeout: float
    tries: int
    append: str
    restart: bool
    verbose: bool
    count: str
    seed: int
    # Options of the guests that follow on the same Xen
    then: list
    # Further lines of xl's configuration
    xl: list
    command: list = field(default_factory=list)

    def on_xen(self):
        return self.host.startswith('xen-')


def small_number(text, name, top):
    if not text.isdigit() or int(text) > top:
        raise UsageError(f'{name}={text}: a number from 0 to {top} is needed')
    return int(text)


def parse_disk(text):
    path, *words = text.split(',')
    disk = Disk(os.path.abspath(path), FORMATS.get(os.path.splitext(path)[1], 'raw'))
    if not os.path.exists(path):
        raise UsageError(f'no such file: {path}')
    for word in words:
        name, _, value = word.partition('=')
        if name == 'bus' and value in ('ide', 'scsi'):
            disk.bus = value
        elif name == 'ctl':
            disk.controller = small_number(value, name, 15)
        elif name == 'lun':
            disk.lun = small_number(value, name, 63)
        elif name == 'format' and value.isalnum():
            disk.format = value
        elif name == 'serial' and value.replace('-', '').isalnum():
            disk.serial = value
        elif name == 'log' and value:
            disk.log = os.path.abspath(value)
        elif word == 'ro':
            disk.readonly = True
        elif word == 'snapshot':
            disk.snapshot = True
        elif word == 'cdrom':
            disk.cdrom = disk.readonly = True
        elif name == 'sector' and value in ('512', '4096'):
            disk.sector = int(value)
        elif name == 'write-cache' and value in ('on', 'off'):
            disk.write_cache = value
        else:
            raise UsageError(f'--disk {text}: unknown option {word}')
    if ',' in disk.path:
        raise UsageError(f'a comma in a path: {disk.path}')
    if disk.log and not os.path.isfile(disk.log):
        raise UsageError(f'no such file: {disk.log}')
    if disk.cdrom and (disk.sector or disk.write_cache):
        raise UsageError(f'--disk {text}: a CD-ROM has neither sector= nor write-cache=')
    if disk.bus == 'ide' and (disk.cdrom or disk.sector == 4096):
        raise UsageError(f'--disk {text}: not on IDE')
    return disk


def parse_nic(text, host):
    kind, *words = text.split(',')
    if kind not in NICS:
        raise UsageError(f'--nic {text}: {", ".join(NICS)}')
    if kind == 'rig' and host != 'hyperv':
        raise UsageError('--nic rig needs --host hyperv')
    nic = Nic(kind, 'vmbus' if host == 'hyperv' else 'virtio')
    for word in words:
        name, _, value = word.partition('=')
        if name == 'model' and value in ('vmbus', 'virtio'):
            nic.model = value
        elif name in NIC_PROPERTIES and value:
            nic.properties[name] = value
        else:
            raise UsageError(f'--nic {text}: unknown option {word}')
    if nic.model == 'vmbus' and host != 'hyperv':
        raise UsageError(f'--nic {text}: no VMBus on this host')
    if nic.model != 'vmbus' and set(nic.properties) - {'mac'}:
        raise UsageError(f'--nic {text}: only a VMBus NIC has these properties')
    return nic


def boot_disk(disk):
    """The disk where a Gen 1 machine's firmware looks first."""
    disk.bus, disk.controller, disk.lun = 'ide', 0, 0
    return disk


def split_pair(text, option):
    left, colon, right = text.rpartition(':')
    if not (colon and left and right):
        raise UsageError(f'{option} {text}: two paths with a colon between are needed')
    return left, right


def assign_places(disks, image):
    """Gives each disk a place; the image is the first IDE disk."""
    taken = {('ide', 0, 0)} if image else set()
    fixed = [d for d in disks if d.lun is not None]
    for disk in fixed + [d for d in disks if d.lun is None]:
        controllers = range(2) if disk.bus == 'ide' else range(1)
        if disk.controller is not None:
            controllers = [disk.controller]
        luns = range(2 if disk.bus == 'ide' else 64)
        if disk.lun is not None:
            luns = [disk.lun]
        places = [(disk.bus, c, n) for c in controllers for n in luns]
        free = [place for place in places if place not in taken]
        if not free:
            raise UsageError(f'--disk {disk.path}: its place is taken')
        if disk.bus == 'ide' and (free[0][1] > 1 or free[0][2] > 1):
            raise UsageError('an IDE disk needs ctl=0 or 1, lun=0 or 1')
        _, disk.controller, disk.lun = free[0]
        taken.add(free[0])


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise UsageError(f'{message}; see scripts/rig --help')


def parser():
    p = Parser(prog='rig', usage=USAGE, epilog=EPILOG, add_help=True,
               formatter_class=argparse.RawDescriptionHelpFormatter,
               allow_abbrev=False)
    p.add_argument('action', choices=('run', 'shell'), metavar='run|shell')
    p.add_argument('--host', choices=HOSTS, required=True,
                   help='tcg: no Hyper-V, loopback transports; hyperv: VMBus devices; '
                        'xen-pvh, xen-pv: a guest of real Xen, emulated')
    p.add_argument('--kernel', default='', metavar='VERSION',
                   help='a release, or a series such as 6.12 (initramfs guests)')
    kind = p.add_mutually_exclusive_group()
    kind.add_argument('--image', metavar='FILE',
                      help="a disk image to boot, which keeps what is written to it "
                           "unless ',snapshot' follows; without --image and --initramfs: "
                           "a throw-away overlay of the demo's image")
    kind.add_argument('--initramfs', action='store_true',
                      help='a small guest that is up in seconds')
    p.add_argument('--smp', type=int, default=1, metavar='N')
    p.add_argument('--mem', type=int, default=0, metavar='MB')
    p.add_argument('--disk', action='append', default=[], metavar='FILE[,opts]',
                   help='log=FILE: writes and flushes go there too, as dm-log-writes has them; '
                        'bus=ide|scsi, ctl=N, lun=N, format=, serial=, ro, snapshot, cdrom, '
                        'sector=512|4096, write-cache=on|off')
    p.add_argument('--nic', action='append', default=[], metavar='user|rig|none[,opts]',
                   help='user: out through this machine; rig (hyperv): to the machine around '
                        'the guest, see docs/contributing.md; model=vmbus|virtio, mac=, and of '
                        'the VMBus one ' + ', '.join(f'{n}=' for n in NIC_PROPERTIES[1:]))
    p.add_argument('--param', action='append', default=[], metavar="'NAME=VALUE ...'",
                   help="of the transport's module, or of xen-hyperv as xen-hyperv.NAME=VALUE")
    p.add_argument('--no-shim', dest='shim', action='store_false', help='native drivers')
    p.add_argument('--no-load', dest='load', action='store_false',
                   help='our modules are there, but the command loads them')
    p.add_argument('--add', action='append', default=[], metavar='FILE:GUESTPATH')
    p.add_argument('--get', action='append', default=[], metavar='GUESTPATH:FILE')
    p.add_argument('--timeout', type=float, default=0, metavar='S',
                   help='for the whole run, without preparing it; each try has it anew')
    p.add_argument('--tries', type=int, default=2, metavar='N',
                   help='begin a run up to N times (2) if the emulation under a guest in a '
                        'guest fails; it says so each time')
    p.add_argument('--append', default='', metavar="'PARAMETERS'", help='of the kernel')
    p.add_argument('--count', default='', metavar='PLUGIN[,opts]',
                   help='a nested guest of one CPU in a machine of one CPU whose clock counts '
                        'instructions, under a plugin of TCG; disks are empty, in its memory')
    p.add_argument('--seed', type=int, default=7, metavar='N',
                   help='with --count: another, if a run does not come to its end')
    p.add_argument('--restart', action='store_true',
                   help='the guest may restart or start another kernel with the same init; '
                        'COMMAND then runs again')
    p.add_argument('--xl', action='append', default=[], metavar="'NAME = VALUE'",
                   help="on Xen: a line for the guest's configuration, xl.cfg(5)")
    p.add_argument('--then', action='append', default=[], metavar="'OPTIONS -- COMMAND'",
                   help='on Xen: when this guest has ended, another one on the same Xen; the '
                        'exit status is the first that is not 0')
    p.add_argument('--verbose', action='store_true', help='say when each step begins')
    return p


def check_xen(a):
    if a.host.startswith('xen-'):
        if a.count or a.restart or a.param:
            raise UsageError('not on Xen: --count, --restart, --param')
        if not a.initramfs:
            raise UsageError('on Xen only --initramfs guests so far')
    elif a.then or a.xl:
        raise UsageError('--then and --xl need --host xen-pvh or xen-pv')


def parse_then(text):
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f'--then {text}: {error}') from error
    then = parse(['run', *words])
    if not then.on_xen() or then.then:
        raise UsageError(f'--then {text}: another guest of the same Xen is needed')
    return then


def parse(argv):
    command = []
    if '--' in argv:
        at = argv.index('--')
        argv, command = argv[:at], argv[at + 1:]
    a = parser().parse_args(argv)
    if a.action == 'run' and not command:
        raise UsageError('run needs a command after --')
    if a.action == 'shell' and not command:
        command = ['exec $(command -v bash || echo sh) -l']
    if not 1 <= a.smp <= 64:
        raise UsageError('--smp: 1 to 64')
    if not 1 <= a.tries <= 9:
        raise UsageError('--tries: 1 to 9')
    image = boot_disk(parse_disk(a.image)) if a.image else None
    disks = [parse_disk(text) for text in a.disk]
    if a.kernel and not a.initramfs:
        raise UsageError('--kernel needs --initramfs: an image boots its own kernel')
    if a.count and (a.host != 'hyperv' or not a.initramfs or a.smp != 1):
        raise UsageError('--count needs --host hyperv --initramfs --smp 1')
    check_xen(a)
    assign_places(disks, image or not a.initramfs)
    add = [split_pair(text, '--add') for text in a.add]
    for path, _ in add:
        if not os.path.isfile(path):
            raise UsageError(f'--add: no such file: {path}')
    return Options(
        action=a.action, host=a.host, kernel=a.kernel, image=image, initramfs=a.initramfs,
        smp=a.smp, mem=a.mem or (512 if a.initramfs else 1024), disks=disks,
        nics=[nic for nic in (parse_nic(text, a.host) for text in a.nic) if nic.kind != 'none'],
        param=' '.join(a.param).split(),
        shim=a.shim, load=a.load, add=add, get=[split_pair(text, '--get') for text in a.get],
        timeout=a.timeout or (86400 if a.action == 'shell' else 120 if a.initramfs and
                              a.host == 'tcg' else 300 if a.initramfs else 900),
        tries=a.tries, append=f'{a.append} nokaslr'.strip() if a.count else a.append,
        restart=a.restart, verbose=a.verbose, count=a.count, seed=a.seed,
        then=[parse_then(text) for text in a.then], xl=a.xl, command=command)
