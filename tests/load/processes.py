"""The processes of a load test: started, hit by signals, started again, and asked to end."""

import ctypes
import os
import signal
import subprocess
import time

import checker

DEADLINE = 120  # seconds, for what ends by itself on a machine that does nothing else
STILL = 10**9  # milliseconds, in the end of a stop that lasts
PR_SET_PDEATHSIG = 1


def now():
    return time.time_ns() // 1_000_000


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Processes:
    """Those of the roles, whose command lines `command_of(role, name)` tells, and helpers that end by themselves."""

    def __init__(self, errors, command_of):
        self.errors = errors  # a folder: what each has written to its standard error
        self.command_of = command_of
        self.children = {}  # running: (checker.Process, Popen), by name
        self.all = []
        self.restarts = []  # (when, role)
        self.helpers = set()
        self.violations = []

    def popen(self, command, name):
        with open(os.path.join(self.errors, name), "ab") as file:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=file,
                                    preexec_fn=die_with_parent)

    def start(self, role):
        number = sum(1 for process in self.all if process.role == role)
        process = checker.Process(f"{role}-{number}", role, now())
        child = self.popen(self.command_of(role, process.name), process.name)
        self.all.append(process)
        self.children[process.name] = (process, child)

    def start_again(self, role, after):
        self.restarts.append((time.monotonic() + after, role))

    def names(self, *roles):
        return sorted(name for name, (process, _) in self.children.items() if process.role in roles)

    def is_stopped(self, name):
        process, _ = self.children[name]
        return bool(process.stops) and process.stops[-1][1] > now()

    def stop(self, name):
        process, child = self.children[name]
        child.send_signal(signal.SIGSTOP)
        process.stops.append([now(), now() + STILL])

    def go_on(self, name):
        process, child = self.children[name]
        process.stops[-1][1] = now()
        child.send_signal(signal.SIGCONT)

    def kill(self, name):
        """Returns: its role."""
        process, child = self.children[name]
        child.kill()
        self.bury(name)
        return process.role

    def bury(self, name):
        """Waits for its end. Returns: its exit code."""
        process, child = self.children.pop(name)
        code = child.wait()
        process.ended = now()
        if process.stops:
            process.stops[-1][1] = min(process.stops[-1][1], process.ended)
        return code

    def look_after(self):
        """Ends that nobody asked for, and starts of those that take the place of others."""
        for name, (process, child) in list(self.children.items()):
            if child.poll() is not None:
                self.violations.append(f"{name} ended by itself: {self.bury(name)}: {self.last_words(name)}")
                self.start_again(process.role, after=1)
        for when, role in list(self.restarts):
            if time.monotonic() >= when:
                self.restarts.remove((when, role))
                self.start(role)

    def last_words(self, name):
        with open(os.path.join(self.errors, name), errors="replace") as file:
            return file.read()[-300:].strip()

    def help(self, name, *command):
        """Yields until the helper has ended. Returns: its exit code."""
        helper = self.popen(command, name)
        self.helpers.add(helper)
        while helper.poll() is None:
            yield
        self.helpers.remove(helper)
        return helper.returncode

    def ask_to_end(self, *roles):
        names = self.names(*roles)
        for name in names:
            self.children[name][1].terminate()
        for name in names:
            try:
                self.children[name][1].wait(DEADLINE)
            except subprocess.TimeoutExpired:
                self.violations.append(f"{name} did not end in {DEADLINE} s when it was asked to")
                self.children[name][1].kill()
            if (code := self.bury(name)) != 0:
                self.violations.append(f"{name} ended with {code}: {self.last_words(name)}")

    def wait_for_helpers(self):
        for helper in self.helpers:
            helper.wait(DEADLINE)
        self.helpers.clear()

    def end_all(self):
        for child in [child for _, child in self.children.values()] + list(self.helpers):
            child.kill()
            child.wait()
