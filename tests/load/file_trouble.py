"""What happens to a queue's SQLite file during a load test, besides what happens to the processes at it."""

import contextlib
import os
import sqlite3

import checker
from processes import now
from trouble import Trouble

LONGEST_WITHOUT_ROOM = 5  # seconds
MOST_LOG = 8 << 20
SETTLE = 1000  # effects, by whose writing calls the log shrinks: one of them finds it grown by 1000 pages
ENOUGH_BACKUPS = 10  # of which one succeeds
BATCH = 20  # how many attempts the producer adds at a time


class FileTrouble(Trouble):
    def __init__(self, disk, *others):
        """`disk`: None, if it cannot be full."""
        super().__init__(*others)
        self.disk = disk
        self.samples = []  # (time, bytes of the log)
        self.pins = []  # (from, to): somebody may have kept the log from being begun anew
        self.copies = []

    def tasks(self):
        tasks = [*super().tasks(), self.read(), self.back_up(), self.sample()]
        return tasks + [self.fill_disk()] if self.disk else tasks

    def found(self, acknowledged, effects):
        found = super().found(acknowledged, effects)
        found += checker.log_out_of_bounds(self.moments_of_free_log(effects), MOST_LOG)
        found += checker.flaws_of_copies(self.copies, acknowledged, effects, BATCH)
        if self.counts["backups refused"] >= ENOUGH_BACKUPS and not self.copies:
            found.append("no backup succeeded")
        return found

    def moments_of_free_log(self, effects):
        return checker.moments_of_free_log(self.samples, self.pins, effects, SETTLE)

    def lines(self, effects, failures):
        counts, free = self.counts, self.moments_of_free_log(effects)
        return {
            "times the disk was full": counts["disk full"] if self.disk else "none: no right to mount one",
            "seconds the disk was full": round(counts["disk full for milliseconds"] / 1000),
            "calls answered that the disk is full": failures["full"],
            "calls answered unavailable otherwise": failures["unavailable"],
            "backups, sound and of one moment": len(self.copies),
            "backups refused": counts["backups refused"],
            "largest log, bytes": max((size for _, size in self.samples), default=0),
            "largest log that nobody pinned": max((size for _, size in free), default=0),
            "moments at which nobody pinned it": f"{len(free)} of {len(self.samples)}",
        }

    def standing_still(self):
        return self.pin()

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

    def sample(self):
        while True:
            if os.path.exists(f"{self.queue}-wal"):
                self.samples.append((now(), os.path.getsize(f"{self.queue}-wal")))
            yield from self.pause(1)
