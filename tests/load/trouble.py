"""What happens to the processes of a queue during a load test, wherever the queue is.

Each method of `Trouble` that yields is a task, which goes on from one yield to the next at every turn of the loop
that runs them all. What a task draws depends on the seed and on its own past alone.
"""

import collections
import contextlib
import random
import time

TTL_AND_GRACE = 1.7  # seconds, of load.cpp
CYCLE = 60  # seconds, of which the first two thirds are troubled
WAITS = 20  # seconds, at most, between two times of one kind


class Trouble:
    def __init__(self, processes, leasectl, queue, seconds, seed):
        self.processes = processes
        self.leasectl = leasectl
        self.queue = queue
        self.seed = seed
        self.begin = time.monotonic()
        self.cycle = min(CYCLE, seconds)
        self.counts = collections.Counter()
        self.violations = []

    def tasks(self):
        return [self.kill(), self.stop(), self.prune()]

    def found(self, acknowledged, effects):
        """Returns: sentences, one for each violation."""
        return self.violations

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
            with self.standing_still():
                self.processes.stop(name)
                yield from self.pause(TTL_AND_GRACE + draw.uniform(0.3, 1.8))
                if name in self.processes.children:  # nobody has killed it meanwhile
                    self.processes.go_on(name)
            self.counts["stopped"] += 1

    def standing_still(self):
        """What holds while a process is stopped."""
        return contextlib.nullcontext()

    def call(self, *words):
        return self.processes.help(f"leasectl-{words[0]}", self.leasectl, *words)

    def prune(self):
        while True:
            yield from self.pause(1)
            code = yield from self.call("prune", self.queue, "--older-than", "5s", "--batch", "200", "--yes")
            self.counts["prunes" if code == 0 else "prunes refused"] += 1
