"""A PostgreSQL server of a load test's own, that loses nothing which it has acknowledged when its processes end.

Its settings for durability are PostgreSQL's own (fsync, full_page_writes and synchronous_commit are on). It listens on
a socket in its folder, so nobody else knows it, and it ends at once when the process that started it has gone.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time

from processes import DEADLINE, PR_SET_PDEATHSIG

PROGRAMS = "/usr/lib/postgresql"  # where Debian puts them, which is not in PATH
USER = "lease"
# Segments and checkpoints are small, so that checkpoints come all the time. No memory of the dynamic kind is outside
# of the folder. The rest is what connects at a time, and a log in which only what ends sessions is found.
SETTINGS = {"listen_addresses": "", "max_connections": "100", "max_wal_size": "32MB", "min_wal_size": "2MB",
            "dynamic_shared_memory_type": "mmap", "log_min_messages": "fatal", "log_min_error_statement": "panic"}


def folder_of_programs():
    """Of the newest server that is installed. Returns: None if there is none."""
    if found := shutil.which("initdb"):
        return os.path.dirname(os.path.realpath(found))
    versions = [name for name in (os.listdir(PROGRAMS) if os.path.isdir(PROGRAMS) else []) if name.isdigit()]
    folders = [os.path.join(PROGRAMS, version, "bin") for version in sorted(versions, key=int, reverse=True)]
    return next((folder for folder in folders if os.access(os.path.join(folder, "initdb"), os.X_OK)), None)


def unprivileged():
    """PostgreSQL refuses to run as root. Returns: how subprocess is told of another user, where this one is root."""
    if os.geteuid() != 0:
        return {}
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class Server:
    def __init__(self, directory):
        """Makes its database in a folder of `directory`, and does not start it."""
        self.programs = folder_of_programs()
        self.folder = os.path.join(directory, "postgres")
        self.log = os.path.join(directory, "server.log")
        self.user = unprivileged()
        self.postmaster = None  # None: it was told to stop
        self.conninfo = f"host={self.folder} dbname=postgres user={USER}"
        os.mkdir(self.folder, 0o700)
        if self.user:
            os.chmod(directory, 0o711)  # who may pass through it sees nothing of what is in it
            os.chown(self.folder, self.user["user"], self.user["group"])
        made = self.run("initdb", f"--pgdata={self.data()}", f"--username={USER}", "--auth=trust", "--encoding=UTF8",
                        "--locale=C", "--no-sync", "--no-instructions", "--wal-segsize=1").wait()
        if made != 0:
            raise RuntimeError(f"initdb ended with {made}: {self.last_words()}")

    def data(self):
        return os.path.join(self.folder, "data")

    def program(self, name):
        return os.path.join(self.programs, name)

    def run(self, name, *words, **how):
        with open(self.log, "ab") as file:
            return subprocess.Popen([self.program(name), *words], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                    cwd=self.folder, **self.user, **how)

    def start(self):
        """Does not wait until it can be asked anything."""
        settings = {**SETTINGS, "unix_socket_directories": self.folder}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self.postmaster = self.run("postgres", "-D", self.data(), *words, start_new_session=True,
                                   preexec_fn=end_with_parent)

    def wait_until_ready(self):
        deadline = time.monotonic() + DEADLINE
        while subprocess.run([self.program("pg_isready"), "-q", "-d", self.conninfo]).returncode != 0:
            if self.postmaster.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server does not start: {self.last_words()}")
            time.sleep(0.05)

    def stop_at_once(self):
        """What `pg_ctl stop -m immediate` does: no session ends its work, and no checkpoint is written."""
        postmaster, self.postmaster = self.postmaster, None
        if postmaster:
            postmaster.send_signal(signal.SIGQUIT)
            postmaster.wait(DEADLINE)

    def has_ended_by_itself(self):
        return self.postmaster is not None and self.postmaster.poll() is not None

    def processes(self):
        """Those that the postmaster has started: what each is called, by its id."""
        titles = {}
        for process in self.children():
            try:
                with open(f"/proc/{process}/cmdline", "rb") as file:
                    titles[process] = file.read().rstrip(b"\0 ").decode(errors="replace")
            except OSError:  # it has ended
                continue
        return titles

    def children(self):
        if self.postmaster is None:
            return []
        try:
            with open(f"/proc/{self.postmaster.pid}/task/{self.postmaster.pid}/children") as file:
                return [int(process) for process in file.read().split()]
        except OSError:
            return []

    def sessions(self):
        """The ids of those that serve clients."""
        return sorted(process for process, title in self.processes().items() if title.startswith(f"postgres: {USER} "))

    def last_words(self):
        with open(self.log, errors="replace") as file:
            return file.read()[-300:].strip()
