"""What happens to a queue and its processes during a load test.

Each method of `Trouble` that yields is a task, which goes on from one yield to the next at every turn of the loop
that runs them all. What a task draws depends on the seed and on its own past alone.
"""

import collections
import contextlib
import os
import random
import sqlite3
import time

import checker
from processes import now

TTL_AND_GRACE = 1.7  # seconds, of load.cpp
CYCLE = 60  # seconds, of which the first two thirds are troubled
LONGEST_WITHOUT_ROOM = 5  # seconds
WAITS = 20  # seconds, at most, between two times of one kind


class Trouble:
    def __init__(self, processes, leasectl, queue, disk, seconds, seed):
        self.processes = processes
        self.leasectl = leasectl
        self.queue = queue
        self.disk = disk
        self.seed = seed
        self.begin = time.monotonic()
        self.cycle = min(CYCLE, seconds)
        self.samples = []  # (time, bytes of the log)
        self.pins = []  # (from, to): somebody may have kept the log from being begun anew
        self.copies = []
        self.counts = collections.Counter()
        self.violations = []

    def tasks(self):
        tasks = [self.kill(), self.stop(), self.read(), self.back_up(), self.prune(), self.sample()]
        return tasks + [self.fill_disk()] if self.disk else tasks

    def pause(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            yield

    def until_troubled(self):
        while (time.monotonic() - self.begin) % self.cycle > self.cycle * 2 / 3:
            yield

    def wait(self, draw):
        """For the next time of a kind that comes a few times in each cycle."""
        yield from self.pause(draw.uniform(1, WAITS * self.cycle / CYCLE))
        yield from self.until_troubled()

    def draws(self, task):
        return random.Random(f"{self.seed}.{task}")

    def kill(self):
        draw = self.draws("kill")
        while True:
            yield from self.pause(draw.uniform(0.5, 5))
            if names := self.processes.names("work", "reap"):
                role = self.processes.kill(draw.choice(names))
                self.processes.start_again(role, after=draw.uniform(0, 1))
                self.counts["killed"] += 1

    def stop(self):
        draw = self.draws("stop")
        while True:
            yield from self.pause(draw.uniform(1, 4))
            yield from self.until_troubled()
            names = self.processes.names("work", "reap")
            if not names:
                continue
            name = draw.choice(names)
            with self.pin():
                self.processes.stop(name)
                yield from self.pause(TTL_AND_GRACE + draw.uniform(0.3, 1.8))
                if name in self.processes.children:  # nobody has killed it meanwhile
                    self.processes.go_on(name)
            self.counts["stopped"] += 1

    @contextlib.contextmanager
    def pin(self):
        begin = now()
        try:
            yield
        finally:
            self.pins.append((begin, now()))

    @contextlib.contextmanager
    def reader(self):
        """Somebody who reads the queue as it is at one moment, as a shell left in BEGIN."""
        opened = sqlite3.connect(f"file:{self.queue}?mode=ro", uri=True, isolation_level=None)
        with contextlib.closing(opened):
            opened.execute("BEGIN")
            with contextlib.suppress(sqlite3.OperationalError):  # it is busy: then nobody reads
                opened.execute("SELECT count(*) FROM attempts").fetchall()
            yield

    def read(self):
        draw = self.draws("read")
        while True:
            yield from self.wait(draw)
            with self.pin(), self.reader():
                yield from self.pause(draw.uniform(1, 8))

    def fill_disk(self):
        """While somebody reads, so that the log cannot take the place of what it has."""
        draw = self.draws("fill")
        while True:
            yield from self.wait(draw)
            begin = now()
            with self.pin(), self.reader():
                try:
                    self.disk.fill()
                    yield from self.pause(draw.uniform(1, LONGEST_WITHOUT_ROOM))
                finally:
                    self.disk.empty()
            self.counts["disk full"] += 1
            self.counts["disk full for milliseconds"] += now() - begin

    def call(self, *words):
        return self.processes.help(f"leasectl-{words[0]}", self.leasectl, *words)

    def back_up(self):
        while True:
            yield from self.pause(2)
            yield from self.until_troubled()
            copy = f"{self.processes.errors}.copy"
            begin = now()
            with self.pin():
                code = yield from self.call("backup", self.queue, copy)
            end = now()
            if code != 0:
                self.counts["backups refused"] += 1
                if os.path.exists(copy):
                    self.violations.append("a backup failed and left its copy")
                    return
                continue
            if (yield from self.call("check", copy)) != 0:
                self.violations.append("a backup is not sound, by leasectl check")
            with contextlib.closing(sqlite3.connect(copy)) as opened:
                statuses = dict(opened.execute("SELECT attempt_id, status FROM attempts"))
            self.copies.append(checker.Copy(begin, end, statuses))
            for name in (copy, f"{copy}-wal", f"{copy}-shm"):
                if os.path.exists(name):
                    os.unlink(name)

    def prune(self):
        while True:
            yield from self.pause(1)
            code = yield from self.call("prune", self.queue, "--older-than", "5s", "--batch", "200", "--yes")
            self.counts["prunes" if code == 0 else "prunes refused"] += 1

    def sample(self):
        while True:
            if os.path.exists(f"{self.queue}-wal"):
                self.samples.append((now(), os.path.getsize(f"{self.queue}-wal")))
            yield from self.pause(1)
