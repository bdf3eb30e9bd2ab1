"""A disk that can be full, seen by this process and its children only: it goes when the last of them ends."""

import ctypes
import errno
import os

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REMOUNT, MS_REC, MS_PRIVATE = 0x20, 0x4000, 0x40000
MNT_DETACH = 2


def call(function, *arguments):
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, function)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


def become_root_of_own():
    """A user namespace, for who may not mount otherwise."""
    user, group = os.getuid(), os.getgid()
    call("unshare", CLONE_NEWUSER)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


class SmallDisk:
    """A folder in memory that holds so many bytes. Throws OSError where this process may not make one."""

    def __init__(self, folder, size):
        self.folder = folder
        self.size = size
        if os.geteuid() != 0:
            become_root_of_own()
        call("unshare", CLONE_NEWNS)
        call("mount", None, b"/", None, MS_REC | MS_PRIVATE, None)
        self.mount(0, size)

    def mount(self, flags, size):
        call("mount", b"none", os.fsencode(self.folder), b"tmpfs", flags, f"size={size}".encode())

    def fill(self):
        """Takes the room away that nobody uses, to the last block."""
        while True:
            state = os.statvfs(self.folder)
            try:
                return self.mount(MS_REMOUNT, (state.f_blocks - state.f_bfree) * state.f_frsize)
            except OSError as error:
                if error.errno != errno.EINVAL:  # somebody has used more meanwhile
                    raise

    def empty(self):
        """Gives it back."""
        self.mount(MS_REMOUNT, self.size)

    def unmount(self):
        call("umount2", os.fsencode(self.folder), MNT_DETACH)
