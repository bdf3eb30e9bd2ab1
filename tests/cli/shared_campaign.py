"""A campaign by several processes, of which one is killed twice, reports what one process reports.

shared_campaign.py LEASECHECK [QUEUE …]

QUEUE: as `leasecheck campaign` takes it, and its flags; else an SQLite file. The campaign that fails has always a file.
SHARED_CAMPAIGN_SEEDS: the seeds of both, as `1..2000`; else 1..300, and 1..60 of the one that fails.
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

SEEDS = os.environ.get("SHARED_CAMPAIGN_SEEDS")
QUICK = ["--ttl", "1s", "--grace", "100ms"]
HELD, VIOLATED, USAGE, INCONCLUSIVE = 0, 1, 2, 3


def count_of(seeds):
    first, last = seeds.split("..")
    return int(last) - int(first) + 1


class Place:
    def __init__(self, program, queue, subject, folder):
        self.program, self.queue, self.subject, self.folder = program, queue, subject, folder

    def words(self, action, *flags):
        return [self.program, "campaign", action, *self.queue, *self.subject, *flags]

    def run(self, words, expected, **where):
        where = {"cwd": self.folder} | where
        ended = subprocess.run(words, capture_output=True, text=True, timeout=3000, **where)
        if ended.returncode != expected:
            sys.exit(f"{words}: exit code {ended.returncode} instead of {expected}\n{ended.stdout}{ended.stderr}")
        return ended.stdout

    def enqueue(self, seeds):
        said = json.loads(self.run(self.words("enqueue", "--seeds", seeds, "--each", "7", "--json"), HELD))
        if said != dict(zip(("first_seed", "last_seed"), seeds.split("..")), each=7):
            sys.exit(f"enqueue: {said}")

    def start(self, name):
        words = self.words("work", "--worker-id", name, *QUICK, "--json")
        return subprocess.Popen(words, cwd=self.folder, stdout=subprocess.PIPE, text=True)


def wait_for_results(place, least):
    """Until the queue holds results of so many seeds."""
    while True:
        ended = subprocess.run(place.words("report", "--json"), cwd=place.folder, capture_output=True, text=True)
        if ended.returncode not in (HELD, INCONCLUSIVE):
            sys.exit(f"report: exit code {ended.returncode}\n{ended.stderr}")
        if json.loads(ended.stdout)["runs"] >= least:
            return
        time.sleep(0.05)


def seeds_run_by(workers):
    """How many seeds they say that they have run, once they have ended."""
    seeds = 0
    for worker in workers:
        said, _ = worker.communicate(timeout=3000)
        if worker.returncode != HELD:
            sys.exit(f"a worker ended with {worker.returncode}")
        seeds += json.loads(said)["seeds_run"]
    return seeds


def check_that_holds(program, queue, folder):
    seeds = SEEDS or "1..300"
    place = Place(program, queue, ["--backend", "memory", "--workers", "3"], folder)
    place.enqueue(seeds)
    place.enqueue(seeds)

    # Of another campaign nothing is run.
    other = [program, "campaign", "work", *place.queue, "--backend", "memory", *QUICK]
    ended = subprocess.run(other, cwd=folder, capture_output=True, text=True, timeout=60)
    if ended.returncode != USAGE or "holds another campaign" not in ended.stderr:
        sys.exit(f"a worker of another campaign: {ended.returncode} {ended.stderr}")

    workers = [place.start(f"w{i}") for i in range(3)]
    for killing in range(2):
        wait_for_results(place, count_of(seeds) // 15 * (killing + 1))
        time.sleep(random.random() * 0.1)
        workers[0].kill()
        workers[0].communicate()
        workers[0] = place.start(f"again{killing}")
    seeds_run_by(workers)

    together = json.loads(place.run(place.words("report", "--json"), HELD))
    alone = json.loads(place.run([program, "simulate", *place.subject, "--seeds", seeds, "--json"], HELD))
    if together != alone:
        sys.exit(f"together: {together}\nalone: {alone}")
    if together["runs"] != count_of(seeds):
        sys.exit(f"{together['runs']} runs")


def check_that_fails(program, folder):
    """The traces of failures are those of one process, byte for byte."""
    seeds = SEEDS or "1..60"
    place = Place(program, [str(folder / "failing.db")], ["--mutant", "heartbeat_shortens_lease"], folder)
    place.enqueue(seeds)
    ran = seeds_run_by([place.start(f"w{i}") for i in range(2)])
    if ran < count_of(seeds):
        sys.exit(f"the workers say that they ran {ran} seeds")
    flags = ["--keep-going", "--trace-dir", "traces", "--json"]
    simulate = [program, "simulate", *place.subject, "--seeds", seeds, *flags]
    seen = []
    for name, words in (("together", place.words("report", *flags)), ("alone", simulate)):
        (folder / name).mkdir()
        report = json.loads(place.run(words, VIOLATED, cwd=folder / name))
        traces = {file.name: file.read_bytes() for file in (folder / name / "traces").iterdir()}
        seen.append((report, traces))
    together, alone = seen
    if together != alone:
        sys.exit(f"together: {together[0]} {sorted(together[1])}\nalone: {alone[0]} {sorted(alone[1])}")
    if not alone[0]["failures"] or not alone[1]:
        sys.exit("no seed failed")


def main():
    program, queue = sys.argv[1], sys.argv[2:]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_that_holds(program, queue or [str(folder / "campaign.db")], folder)
        check_that_fails(program, folder)


if __name__ == "__main__":
    main()
