"""A campaign by several processes, of which one is killed twice, reports what one process reports.

shared_campaign.py LEASECHECK [QUEUE …]

QUEUE: as `leasecheck campaign` takes it, and its flags; else an SQLite file of its own.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SEEDS = "1..300"
SUBJECT = ["--backend", "memory", "--workers", "3"]
QUICK = ["--ttl", "1s", "--grace", "100ms"]


class Place:
    def __init__(self, program, queue, folder):
        self.program, self.queue, self.folder = program, queue, folder

    def words(self, action, *flags):
        return [self.program, "campaign", action, *self.queue, *SUBJECT, *flags]

    def run(self, words, expected):
        ended = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=300)
        if ended.returncode != expected:
            sys.exit(f"{words}: exit code {ended.returncode} instead of {expected}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def start(self, name):
        return subprocess.Popen(self.words("work", "--worker-id", name, *QUICK), cwd=self.folder)


def wait_for_results(place, least):
    """Until the queue holds results of so many seeds."""
    while True:
        ended = subprocess.run(place.words("report", "--json"), cwd=place.folder, capture_output=True, text=True)
        if ended.returncode not in (0, 3):
            sys.exit(f"report: exit code {ended.returncode}\n{ended.stderr}")
        if json.loads(ended.stdout)["runs"] >= least:
            return
        time.sleep(0.05)


def main():
    program, queue = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as folder:
        place = Place(program, queue or [str(pathlib.Path(folder) / "campaign.db")], folder)
        place.run(place.words("enqueue", "--seeds", SEEDS, "--each", "7"), 0)
        place.run(place.words("enqueue", "--seeds", SEEDS, "--each", "7"), 0)

        # Of another campaign nothing is run.
        other = [program, "campaign", "work", *place.queue, "--backend", "memory", *QUICK]
        ended = subprocess.run(other, cwd=folder, capture_output=True, text=True, timeout=60)
        if ended.returncode != 2 or "holds another campaign" not in ended.stderr:
            sys.exit(f"a worker of another campaign: {ended.returncode} {ended.stderr}")

        workers = [place.start(f"w{i}") for i in range(3)]
        for killing in range(2):
            wait_for_results(place, 20 * (killing + 1))
            time.sleep(random.random() * 0.1)
            workers[0].kill()
            workers[0].wait()
            workers[0] = place.start(f"again{killing}")
        for worker in workers:
            if worker.wait(timeout=300) != 0:
                sys.exit(f"a worker ended with {worker.returncode}")

        together = json.loads(place.run(place.words("report", "--json"), 0))
        alone = json.loads(place.run([program, "simulate", *SUBJECT, "--seeds", SEEDS, "--json"], 0))
        if together != alone:
            sys.exit(f"together: {together}\nalone: {alone}")
        if together["runs"] != 300:
            sys.exit(f"{together['runs']} runs")


if __name__ == "__main__":
    main()
