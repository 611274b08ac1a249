# SPDX-License-Identifier: GPL-2.0-only
"""Where a command's output goes."""

import fcntl
import os
import stat


class Output:
    """Writes to a descriptor; takes back what it wrote, if that is possible."""

    def __init__(self, fd):
        self.fd = fd
        self.written = 0
        info = os.fstat(fd)
        self.begin = None
        if stat.S_ISREG(info.st_mode):
            self.appends = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_APPEND
            if self.appends or os.lseek(fd, 0, os.SEEK_CUR) == info.st_size:
                self.begin = info.st_size

    def write(self, data):
        self.written += len(data)
        while data:
            data = data[os.write(self.fd, data):]

    def take_back(self):
        """Whether a command may run again, its first output being gone.

        What goes where the messages go need not be: there, one that says so
        separates the two. What others have added to a file stays.
        """
        if not self.written or os.path.sameopenfile(self.fd, 2):
            return True
        if self.begin is None or os.fstat(self.fd).st_size != self.begin + self.written:
            return False
        os.ftruncate(self.fd, self.begin)
        if not self.appends:
            os.lseek(self.fd, self.begin, os.SEEK_SET)
        return True
