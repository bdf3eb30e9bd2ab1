"""Processes work on one queue while they are killed and stopped, and what keeps the queue fails for a while.

usage: load.py LOAD LEASECTL [--postgres] [--minutes M] [--seed N] [--json] [--keep FOLDER]

A producer, 8 workers and 2 reapers; a housekeeper prunes. Workers and reapers are killed all the time. In the first
two thirds of each minute they are stopped for longer than their leases last, too. Meanwhile

- the disk of an SQLite file is filled and readers stay for some seconds; each few seconds the housekeeper makes a
  backup, of which it is checked that it is sound and of one moment. The last third of the minute shows what the
  queue's log is when nobody keeps it from being begun anew;
- with --postgres, sessions are terminated, the server is stopped at once and started again, and one of its processes
  is killed. It is a server of the run's own, whose settings for durability are PostgreSQL's.

At the end the workers finish what there is, and checker.py counts from the logs whether

- an attempt that was acknowledged has no effect (nothing may be lost);
- an effect of an older holder was accepted after one of a newer;
- the log of an SQLite file had more than 8 MiB, which is what the library leaves of one that had grown, although
  nobody read, was stopped or had filled the disk at that moment, nor since the last 1000 effects;
- a worker or a reaper that ran for 20 s, without the time in which it was stopped, did less in a second than a
  quarter of the mean of its kind (effects of a worker, ticks of a reaper), or the producer did nothing for 30 s;
- a backup lacked what it should have, or had what it could not have;
- anything is left in the queue, or it is damaged, or a process ended, or the server, that nobody had asked to.

Exit code 1 if any of that is so. It leaves no process, no mount and no file behind (its folder, if it is killed
itself). An SQLite file is on a small disk of its own, which takes the right to mount or to make user namespaces: where
there is neither, the disk is never full, and the summary says so.
"""

import argparse
import collections
import contextlib
import functools
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import checker
from file_trouble import FileTrouble
from processes import DEADLINE, Processes, now
from server import Server, folder_of_programs
from server_trouble import ServerTrouble
from small_disk import SmallDisk

COUNTS = {"produce": 1, "work": 8, "reap": 2}
FEWEST, MOST = 200, 1000  # waiting attempts
DISK = 1 << 30
LEAST_SECONDS, LEAST_SHARE = 20, 0.25
LONGEST_PAUSE = 30_000  # milliseconds, of the producer
TICK = 0.05


class Run:
    def __init__(self, options, directory, queue, make_trouble):
        """`queue`: as LOAD and LEASECTL take it."""
        self.options = options
        self.directory = directory
        self.queue = queue
        self.make_trouble = make_trouble
        self.processes = Processes(self.path("errors"), self.command_of)
        self.trouble = None
        self.left = {}  # in the queue: attempts by status

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def command_of(self, role, name):
        words = {"produce": [self.path("acknowledged"), str(FEWEST), str(MOST)],
                 "work": [self.path("effects.db"), name],
                 "reap": [self.path("ticks", name)]}
        return [self.options.load, role, self.queue, *words[role]]

    def start(self):
        for role, count in COUNTS.items():
            for _ in range(count):
                self.processes.start(role)
        deadline = time.monotonic() + DEADLINE
        while not all(os.path.exists(self.path(name)) for name in ("acknowledged", "effects.db")):
            self.processes.look_after()
            if self.processes.violations or time.monotonic() > deadline:
                raise RuntimeError(f"the processes do not begin: {self.processes.violations}")
            time.sleep(TICK)

    def load(self):
        seconds = 60 * self.options.minutes
        self.trouble = self.make_trouble(self.processes, self.options.leasectl, self.queue, seconds, self.options.seed)
        tasks = self.trouble.tasks()
        with contextlib.ExitStack() as ending:
            for task in tasks:
                ending.callback(task.close)  # what it holds ends
            while time.monotonic() < self.trouble.begin + seconds:
                for task in tasks:
                    next(task, None)
                self.processes.look_after()
                time.sleep(TICK)
        for name in self.processes.names(*COUNTS):
            if self.processes.is_stopped(name):
                self.processes.go_on(name)

    def drain(self):
        """Nothing is added any more, and those that work do so until nothing is left."""
        self.ended = now()
        self.processes.ask_to_end("produce")
        deadline = time.monotonic() + DEADLINE
        while self.has_work() and time.monotonic() < deadline:
            self.processes.look_after()
            time.sleep(0.2)
        self.processes.ask_to_end("work", "reap")
        self.processes.wait_for_helpers()

    def has_work(self):
        stats = subprocess.run([self.options.leasectl, "stats", self.queue, "--json"], capture_output=True, text=True)
        self.left = json.loads(stats.stdout)["attempts"] if stats.returncode == 0 else {"not to be counted": 1}
        return bool(checker.left_in_queue(self.left))

    def acknowledged(self):
        with open(self.path("acknowledged")) as file:
            return {attempt: int(at) for at, attempt in map(str.split, file)}

    def effects(self):
        with contextlib.closing(sqlite3.connect(self.path("effects.db"))) as opened:
            rows = opened.execute("SELECT attempt_id, token, worker, at_ms, accepted FROM effects ORDER BY seq")
            return [checker.Effect(*row) for row in rows]

    def turns(self, effects):
        """Of workers and reapers while there was work."""
        turns = collections.Counter(effect.worker for effect in effects if effect.at < self.ended)
        for name in os.listdir(self.path("ticks")):
            with open(self.path("ticks", name)) as file:
                turns[name] = sum(int(line.split()[0]) < self.ended for line in file)
        return turns

    def fairness(self, role, turns):
        processes = [process for process in self.processes.all if process.role == role]
        return checker.fairness(processes, turns, self.ended, LEAST_SECONDS, LEAST_SHARE)

    def failures(self):
        """How many calls of the library failed, by code, and those for want of room apart; and, among all of them,
        how many with effect unknown."""
        codes = collections.Counter()
        for name in os.listdir(self.path("errors")):
            with open(self.path("errors", name), errors="replace") as file:
                for code, message in re.findall(r"^\d+ (\w+): (.*)", file.read(), re.MULTILINE):
                    codes["full" if "is full" in message else code] += 1
                    codes["effect unknown"] += message.startswith("effect unknown: ")
        return codes

    def is_sound(self):
        return subprocess.run([self.options.leasectl, "check", self.queue], stdout=subprocess.DEVNULL).returncode == 0

    def violations(self, acknowledged, effects, shares):
        found = self.processes.violations + self.trouble.found(acknowledged, effects)
        found += checker.lost(acknowledged, effects)
        found += checker.effects_of_older_holders(effects)
        found += [line for share in shares.values() for line in share.starved]
        found += checker.standstills(acknowledged, self.ended, LONGEST_PAUSE)
        found += checker.left_in_queue(self.left)
        if not self.is_sound():
            found.append("the queue is damaged")
        if count := self.failures()["corrupt"]:
            found.append(f"{count} calls were answered corrupt")
        return found

    def summary(self):
        """What happened, by its lines, and the sentences of the violations."""
        acknowledged, effects = self.acknowledged(), self.effects()
        turns = self.turns(effects)
        shares = {role: self.fairness(role, turns) for role in ("work", "reap")}
        counts = self.trouble.counts
        found = self.violations(acknowledged, effects, shares)
        accepted = len(checker.accepted(effects))
        lines = {
            "seed": self.options.seed,
            "seconds": round((self.ended - self.processes.all[0].began) / 1000),
            "attempts acknowledged": len(acknowledged),
            "effects accepted": accepted,
            "effects refused, of older holders": len(effects) - accepted,
            "attempts done more than once": checker.done_more_than_once(effects),
            "processes killed": counts["killed"],
            "processes stopped beyond their leases": counts["stopped"],
            "prunes": counts["prunes"],
            "prunes refused": counts["prunes refused"],
            **self.trouble.lines(effects, self.failures()),
        }
        for role, what in (("work", "effects of a worker in a second"), ("reap", "ticks of a reaper in a second")):
            share = shares[role]
            lines[f"{what}, mean"] = round(share.mean, 2)
            lines[f"{what}, least"] = round(share.least, 2) if share.counted else None
            lines[f"{what}, counted"] = share.counted
        return lines, found


def options_of(words):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     usage=argparse.SUPPRESS)
    parser.add_argument("load", metavar="LOAD", type=os.path.abspath, help="the program of load.cpp")
    parser.add_argument("leasectl", metavar="LEASECTL", type=os.path.abspath, help="the program for operators")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server instead of an SQLite file")
    parser.add_argument("--minutes", metavar="M", type=float, default=10, help="how long (10)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of what happens to whom, and when (1)")
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")
    parser.add_argument("--keep", metavar="FOLDER", help="copy queue and logs there; it must not exist")
    options = parser.parse_args(words)
    for program in (options.load, options.leasectl):
        if not os.access(program, os.X_OK):
            parser.error(f"{program}: no program that can be run")
    if options.postgres and not folder_of_programs():
        parser.error("no PostgreSQL server is installed; on Debian: apt-get install postgresql")
    return options


def small_disk(directory):
    try:
        return SmallDisk(directory, DISK)
    except OSError as error:
        print(f"the disk will not be full in this run, since none can be mounted: {error}", file=sys.stderr)
        return None


def keep(directory, options, ending):
    if options.keep:
        ending.callback(shutil.copytree, directory, options.keep)


def on_file(directory, options, ending):
    """Returns: the queue, and the trouble that it has."""
    folder = os.path.join(directory, "queue")
    os.mkdir(folder)
    disk = small_disk(folder)
    if disk:
        ending.callback(disk.unmount)
    keep(directory, options, ending)  # before its disk goes
    return os.path.join(folder, "queue.db"), functools.partial(FileTrouble, disk)


def on_server(directory, options, ending):
    """As above."""
    server = Server(directory)
    keep(directory, options, ending)  # after its end
    ending.callback(server.stop_at_once)
    server.start()
    server.wait_until_ready()
    return f"postgres:{server.conninfo}", functools.partial(ServerTrouble, server)


def run_in(directory, options, ending):
    """`ending`: what is to be done at the end, whatever happens."""
    for name in ("errors", "ticks"):
        os.mkdir(os.path.join(directory, name))
    run = Run(options, directory, *(on_server if options.postgres else on_file)(directory, options, ending))
    ending.callback(run.processes.end_all)
    run.start()
    run.load()
    run.drain()
    return run.summary()


def print_summary(lines, found, options):
    if options.json:
        print(json.dumps({**lines, "violations": found}, indent=2))
        return
    for name, value in {**lines, "violations": len(found)}.items():
        print(f"{name:42} {value}")
    for violation in found[:100]:
        print(violation, file=sys.stderr)
    if len(found) > 100:
        print(f"and {len(found) - 100} more", file=sys.stderr)


class Interrupted(Exception):
    pass


def main():
    options = options_of(sys.argv[1:])
    ends = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
            if signal.getsignal(number) != signal.SIG_IGN]  # of which nohup makes one

    def interrupt(*_):
        for number in ends:
            signal.signal(number, signal.SIG_IGN)  # what follows is to be finished
        raise Interrupted

    try:
        with contextlib.ExitStack() as ending:
            directory = tempfile.mkdtemp(prefix="load-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
            ending.callback(shutil.rmtree, directory)
            for number in ends:
                signal.signal(number, interrupt)
            lines, found = run_in(directory, options, ending)
    except Interrupted:
        print("interrupted: nothing was counted", file=sys.stderr)
        return 130
    print_summary(lines, found, options)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
