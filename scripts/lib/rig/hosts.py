# SPDX-License-Identifier: GPL-2.0-only
"""The hosts that a guest can run on."""

from . import machine, parts, session


class TcgHost(session.Session):
    """Plain emulation."""

    def prepare(self):
        opts = self.options
        if not opts.initramfs:
            raise session.RigError('this host needs --initramfs')
        kernel = parts.kernel(opts.kernel, opts.shim)
        initrd = f'{self.folder}/initrd'
        parts.concatenate(initrd, [*parts.layers('core', 'tools'), kernel.layer],
                          parts.guest_layer(opts, kernel))
        self.listen('guest')
        return machine.tcg(opts, self.folder, kernel.image, initrd)

    def execute(self):
        self.start(self.prepare())
        self.hello('guest')
        return self.execute_command()

    def execute_command(self):
        opts = self.options
        if opts.initramfs:
            self.check_init()
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


def create(options):
    log_folder = parts.cache_folder() + '/logs'
    return {'tcg': TcgHost}[options.host](options, log_folder)
