#!/usr/bin/env python3
"""A subject of which several processes work on one store: the whole repository in a file, under one lock.

    leasecheck interleave --backend 'exec:python3 tests/subjects/python/shared.py'

    --defect NAME     do one thing wrong as soon as others are at work
    --without-yields  never stop at a yield point: requests overlap as the machine likes
    --without OPERATION  do not offer it
    --refuse OPERATION   offer it, and refuse every call of it
    --absent FIELD       have no such field, which its handshake says
    --misbehave HOW   do at yield points what nobody may: for tests of the harness
    --list            print the defects

A transaction takes the lock, reads, changes and writes. It may be interrupted at its yield points: where it waits for
the lock, after it has read, and before it gives the lock back.
"""

import argparse
import contextlib
import fcntl
import json
import os
import pickle
import random
import sys
import time

from repository import Refused, Repository
from subject import CHANGING, READING

DEFECTS = {}


def defect(store):
    DEFECTS[store.__name__] = store
    return store


class Store:
    def __init__(self, yield_point):
        directory = os.environ.get("SUBJECT_DIR") or sys.exit("shared.py: needs the directory SUBJECT_DIR")
        self.path = os.path.join(directory, "repository")
        self.lock = open(os.path.join(directory, "lock"), "w")
        self.yield_point = yield_point

    def read(self):
        with contextlib.suppress(FileNotFoundError), open(self.path, "rb") as file:
            return pickle.load(file)
        return Repository()

    def write(self, repository):
        with open(f"{self.path}.{os.getpid()}", "wb") as file:
            pickle.dump(repository, file)
        os.replace(file.name, self.path)

    @contextlib.contextmanager
    def locked(self):
        while True:
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not self.yield_point("waits for the lock", waits=True):
                    fcntl.flock(self.lock, fcntl.LOCK_EX)
                    break
        try:
            yield
            self.yield_point("before it unlocks")
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)

    def transact(self, operation, now, args):
        with self.locked():
            return self.change(operation, now, args)

    def change(self, operation, now, args):
        repository = self.read()
        self.yield_point("has read")
        answer = getattr(repository, operation)(now, args)
        if operation in CHANGING:
            self.write(repository)
        return answer


@defect
class lost_update(Store):
    """a heartbeat takes no lock, so that what others write between its look and its write is lost"""

    def transact(self, operation, now, args):
        if operation != "heartbeat_lease":
            return super().transact(operation, now, args)
        repository = self.read()
        if not self.yield_point("has read"):
            time.sleep(0.002)
        answer = repository.heartbeat_lease(now, args)
        self.write(repository)
        return answer


@defect
class two_claims(Store):
    """a claim looks whether the attempt is free, and takes it later without a second look"""

    def transact(self, operation, now, args):
        if operation != "upsert_lease":
            return super().transact(operation, now, args)
        with self.locked():
            self.read().upsert_lease(now, args)
        self.yield_point("between the look and the claim")
        with self.locked():
            repository = self.read()
            attempt = repository.attempts[args["attempt_id"]]
            attempt.lease, attempt.status, attempt.retry_at = None, "queued", None
            answer = repository.upsert_lease(now, args)
            self.write(repository)
            return answer


@defect
class late_check(Store):
    """an ack checks its lease in one transaction, and completes whoever has the attempt in the next"""

    def transact(self, operation, now, args):
        if operation != "ack_attempt":
            return super().transact(operation, now, args)
        with self.locked():
            repository = self.read()
            held = repository.get_lease(now, {"lease_id": args["lease_id"]})
            repository.ack_attempt(now, args)
        if held is None:
            return super().transact(operation, now, args)
        self.yield_point("between the check and the ack")
        with self.locked():
            repository = self.read()
            lease = repository.get_lease_for_attempt(now, {"attempt_id": held["attempt_id"]})
            if lease is not None:
                args = args | {"lease_id": lease["lease_id"], "worker_id": lease["worker_id"]}
            answer = repository.ack_attempt(now, args)
            self.write(repository)
            return answer


@defect
class reap_in_pieces(Store):
    """a reap requeues each attempt in a transaction of its own"""

    def transact(self, operation, now, args):
        if operation != "expire_leases_and_requeue":
            return super().transact(operation, now, args)
        count = 0
        for attempt_id in list(self.read().attempts):
            self.yield_point("before the next piece")
            with self.locked():
                repository = self.read()
                others = {name: each for name, each in repository.attempts.items() if name != attempt_id}
                for name in others:
                    del repository.attempts[name]
                count += repository.expire_leases_and_requeue(now, args)["count"]
                repository.attempts = {**others, **repository.attempts}
                self.write(repository)
        return {"count": count}


class Subject:
    def __init__(self, options):
        self.store = DEFECTS.get(options.defect, Store)(self.yield_point)
        self.may_yield = not options.without_yields
        self.offered = (CHANGING | READING | {"goodbye"}) - {options.without}
        self.refused = options.refuse
        self.absent = options.absent
        self.misbehaves = options.misbehave
        self.stops = False  # at yield points, since it was told that it may
        self.request = None

    def say(self, **what):
        sys.stdout.write(json.dumps({"id": self.request["id"]} | what) + "\n")
        sys.stdout.flush()

    def yield_point(self, where, waits=False):
        """Returns: whether it stopped there, and was told to go on."""
        if not self.stops or (waits and self.misbehaves == "locks_without_a_word"):
            return False
        if self.misbehaves == "yields_by_chance" and not waits and random.random() < 0.5:
            return False
        if self.misbehaves == "says_nothing" and self.request["op"] != "reset":
            time.sleep(60)
        if self.misbehaves == "yields_a_number" and self.request["op"] != "reset":
            where = 7
        if self.misbehaves == "waits_for_ever" and self.request["op"] != "reset":
            while True:
                self.say(at=where, waits=True)
                sys.stdin.readline()
        self.say(at=where, waits=waits)
        sys.stdin.readline()
        return True

    def serve(self, operation, now, args):
        if operation == "hello":
            self.stops = self.may_yield and self.request.get("yields", False)
            return {"name": "python-shared", "version": "1", "protocol": 1, "processes": 8, "yields": self.may_yield,
                    "operations": sorted(self.offered), "absent": self.absent}
        if operation == "goodbye":
            return {}
        if operation not in self.offered:
            raise Refused("unsupported", f"no operation {operation}")
        if operation == self.refused:
            raise Refused("not_dispatchable", "refused, whatever the state")
        return self.store.transact(operation, now, args)

    def run(self):
        for line in iter(sys.stdin.readline, ""):
            self.request = json.loads(line)
            operation = self.request["op"]
            try:
                answer = self.serve(operation, self.request.get("now", 0), self.request.get("args", {}))
                self.say(ok=answer)
            except Refused as refused:
                self.say(error={"code": refused.code, "message": str(refused)})
            if operation == "goodbye":
                return


def main():
    parser = argparse.ArgumentParser(description="A leasecheck subject in Python, of several processes.")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--defect", choices=sorted(DEFECTS), metavar="NAME")
    one.add_argument("--list", action="store_true")
    parser.add_argument("--without-yields", action="store_true")
    parser.add_argument("--without", metavar="OPERATION")
    parser.add_argument("--refuse", metavar="OPERATION")
    parser.add_argument("--absent", metavar="FIELD", action="append", default=[])
    parser.add_argument("--misbehave", metavar="HOW")
    options = parser.parse_args()
    if options.list:
        for name in sorted(DEFECTS):
            print("--defect", name, "-", DEFECTS[name].__doc__)
        return
    Subject(options).run()


if __name__ == "__main__":
    main()
