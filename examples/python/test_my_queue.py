#!/usr/bin/env python3
"""The tests of my_queue.py: python3 test_my_queue.py

LEASECHECK            the program, if it is not on the PATH
LEASECHECK_SEED_FROM  a text from which seeds are counted, for instance the commit's id
MY_QUEUE_OPTIONS      options for the queue: --defect
"""

import os
import pathlib
import re
import subprocess
import unittest

HERE = pathlib.Path(__file__).resolve().parent
LEASECHECK = os.environ.get("LEASECHECK", "leasecheck")
BACKEND = f"exec:python3 '{HERE}/my_queue.py' {os.environ.get('MY_QUEUE_OPTIONS', '')}".strip()
FAILURES = pathlib.Path("leasecheck-failures").resolve()


def run(*command):
    return subprocess.run([LEASECHECK, *command], capture_output=True, text=True)


class MyQueue(unittest.TestCase):
    def leasecheck(self, command, *arguments):
        """Runs it; a failure is explained, with a page, and ends with the command that replays it."""
        done = run(command, "--backend", BACKEND, *arguments)
        if done.returncode == 0:
            return
        said = done.stdout + done.stderr
        replay = re.search(r"^leasecheck replay .*?'?([^ ']+\.jsonl)'?$", said, re.MULTILINE)
        if replay:
            said = f"{self.explained(pathlib.Path(replay[1]))}\nreplay: {replay[0]}"
        elif command == "replay":
            said += "\n" + self.explained(arguments[0])
        self.fail(f"leasecheck {command} ended with {done.returncode}\n{said}")

    @staticmethod
    def explained(trace):
        FAILURES.mkdir(exist_ok=True)
        page = FAILURES / f"{trace.stem}.html"
        run("show", trace, "-o", page)
        story = run("explain", "--backend", BACKEND, trace).stdout
        return f"{story}\ntrace: {trace}\ntimeline: {page}"

    def test_makes_every_transition_of_one_attempt(self):
        self.leasecheck("conform", "--attempts", "1", "--trace-dir", FAILURES)

    def test_holds_under_faults(self):
        seed_from = os.environ.get("LEASECHECK_SEED_FROM")
        self.leasecheck("simulate", "--seeds", "1..20", "--trace-dir", FAILURES,
                        *(["--seed-from", seed_from] if seed_from else []))

    def test_holds_where_it_failed_once(self):
        for trace in sorted((HERE / "traces").glob("*.jsonl")):
            with self.subTest(trace.name):
                self.leasecheck("replay", trace)


if __name__ == "__main__":
    unittest.main()
