# SPDX-License-Identifier: GPL-2.0-only
"""A cpio archive in memory: the small last layer of a guest's initramfs."""

import stat


class Archive:
    def __init__(self):
        self.parts = []
        self.folders = {''}
        self.inode = 1

    def _entry(self, path, mode, data):
        name = path.encode() + b'\0'
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
        self.inode += 1
        head = b'070701' + b''.join(b'%08x' % field for field in fields) + name
        self.parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]

    def folder(self, path):
        path = path.strip('/')
        if path not in self.folders:
            self.folder(path.rpartition('/')[0])
            self.folders.add(path)
            self._entry(path, stat.S_IFDIR | 0o755, b'')

    def file(self, path, data, mode=0o644):
        path = path.strip('/')
        self.folder(path.rpartition('/')[0])
        self._entry(path, stat.S_IFREG | mode, data)

    def finish(self):
        self._entry('TRAILER!!!', 0, b'')
        data = b''.join(self.parts)
        return data + bytes(-len(data) % 512)
