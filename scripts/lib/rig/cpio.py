# SPDX-License-Identifier: GPL-2.0-only
"""cpio archives: the small last layers of the initramfs images."""

import os
import stat


class Archive:
    """Writes to a file object; large files are copied by the kernel."""

    def __init__(self, out):
        self.out = out
        self.folders = {''}
        self.inode = 1

    def _pad(self):
        self.out.write(bytes(-self.out.tell() % 4))

    def _head(self, path, mode, size):
        self._pad()
        name = path.encode() + b'\0'
        fields = (self.inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name), 0)
        self.inode += 1
        self.out.write(b'070701' + b''.join(b'%08x' % field for field in fields) + name)
        self._pad()

    def folder(self, path):
        path = path.strip('/')
        if path not in self.folders:
            self.folder(path.rpartition('/')[0])
            self.folders.add(path)
            self._head(path, stat.S_IFDIR | 0o755, 0)

    def file(self, path, data, mode=0o644):
        self.begin(path, len(data), mode)
        self.out.write(data)

    def begin(self, path, size, mode=0o644):
        """Begins a file whose contents the caller writes to the same place."""
        path = path.strip('/')
        self.folder(path.rpartition('/')[0])
        self._head(path, stat.S_IFREG | mode, size)

    def finish(self):
        self._head('TRAILER!!!', 0, 0)
        self._pad()


def append_file(out, path):
    """Appends a file's contents to what was written so far."""
    out.flush()
    with open(path, 'rb') as file:
        left = os.fstat(file.fileno()).st_size
        while left:
            left -= os.sendfile(out.fileno(), file.fileno(), None, left)
    out.seek(0, os.SEEK_END)


def append_layer(out, path):
    """Appends an archive; the next one must begin at a multiple of four bytes."""
    append_file(out, path)
    out.write(bytes(-out.tell() % 4))
