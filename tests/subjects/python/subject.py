#!/usr/bin/env python3
"""A subject for leasecheck in Python, standard library only. Protocol: sim/subject/PROTOCOL.md.

    leasecheck check --backend 'exec:python3 tests/subjects/python/subject.py'

    --durable       keep everything in a journal in $SUBJECT_DIR, over SIGKILL
    --defect NAME   do one thing wrong
    --variant NAME  differ from the contract on purpose, and say so in the handshake
    --list          print the defects and the variants
"""

import argparse
import json
import os
import sys

import defects
import value_defects
import variants
from journal import Journal
from repository import Refused, Repository

CHANGING = {"reset", "enqueue_attempt", "upsert_lease", "heartbeat_lease",
            "heartbeat_lease_with_version", "expire_leases_and_requeue",
            "transition_timed_out_attempts", "start_attempt", "release_lease", "ack_attempt",
            "append_run_event", "cancel_attempt", "replay_dead_letter", "enqueue_attempts",
            "heartbeat_leases", "ack_attempts", "claim_attempts", "prune_attempts"}
READING = {"list_dispatchable_attempts", "latest_seq_for_run", "list_dead_letters", "get_attempt",
           "get_lease", "get_lease_for_attempt", "queue_depth", "counts_by_status",
           "list_run_events", "list_attempts", "snapshot"}
OF_THE_PROCESS = {"restart", "goodbye"}


class Subject:
    def __init__(self, repository, journal=None):
        self.repository = repository
        self.journal = journal
        self.is_over = False
        if journal is not None:
            for request in journal.requests():
                self.carry_out(request["op"], request["now"], request["args"])

    def answer(self, request):
        operation = request.get("op")
        try:
            return {"ok": self.serve(operation, request.get("now", 0), request.get("args", {}))}
        except Refused as refusal:
            return {"error": {"code": refusal.code, "message": str(refusal)}}

    def serve(self, operation, now, args):
        if operation == "hello":
            return self.hello()
        if operation == "goodbye":
            self.is_over = True
            return {}
        if operation == "restart":
            return self.restart(now)
        if operation not in CHANGING | READING:
            raise Refused("unsupported", f"no operation {operation}")
        return self.carry_out(operation, now, args, journal=self.journal)

    def hello(self):
        return {"name": "python-example", "version": "1", "protocol": 1,
                "operations": sorted(CHANGING | READING | OF_THE_PROCESS),
                "durable": self.journal is not None} | self.repository.announcement

    def restart(self, now):
        # All that is durable stays; without a journal that is only which lease ids were used.
        return {} if self.journal is not None else self.repository.reset(now, {})

    def carry_out(self, operation, now, args, journal=None):
        result = getattr(self.repository, operation)(now, args)
        if journal is not None and operation == "reset":
            used = {"leases_issued": self.repository.leases_issued}
            journal.begin_anew(operation, now, used)
        elif journal is not None and operation in CHANGING:
            journal.append(operation, now, args)
            if self.repository.is_kept_at_once(operation):
                journal.sync()
        return result


def main():
    parser = argparse.ArgumentParser(description="A leasecheck subject in Python.")
    parser.add_argument("--durable", action="store_true")
    all_defects = defects.ALL | value_defects.ALL
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--defect", choices=sorted(all_defects), metavar="NAME")
    one.add_argument("--variant", choices=sorted(variants.ALL), metavar="NAME")
    one.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        for kind, classes in (("--defect", all_defects), ("--variant", variants.ALL)):
            for name in sorted(classes):
                print(kind, name, "-", classes[name].__doc__)
        return
    journal = None
    if options.durable:
        directory = os.environ.get("SUBJECT_DIR")
        if not directory:
            sys.exit("subject.py: --durable needs the directory SUBJECT_DIR")
        journal = Journal(directory)
    make = (all_defects | variants.ALL).get(options.defect or options.variant, Repository)
    subject = Subject(make(), journal)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        answer = {"id": request["id"]} | subject.answer(request)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        if subject.is_over:
            return


if __name__ == "__main__":
    main()
