"""What a load test must hold, counted from its logs alone: nothing here asks the library.

Times are milliseconds since the epoch. Each function returns sentences, one for each violation.
"""

import bisect
import collections
import dataclasses

COMPLETED = 4  # a status, as the queue's file has it
NEVER = float("inf")


@dataclasses.dataclass(frozen=True)
class Effect:
    """One that was asked of the resource; a list of them is in the resource's order."""
    attempt: str
    token: int
    worker: str
    at: int
    accepted: bool = True


@dataclasses.dataclass
class Process:
    """From a start to an end. One that is started again is another."""
    name: str
    role: str
    began: int
    ended: int | None = None
    stops: list = dataclasses.field(default_factory=list)  # [from, to] of SIGSTOP and SIGCONT

    def seconds_running(self, until):
        end = min(self.ended or until, until)
        stopped = sum(max(0, min(last, end) - first) for first, last in self.stops if first < end)
        return max(0, end - self.began - stopped) / 1000


@dataclasses.dataclass
class Copy:
    """What a backup holds: the status of each attempt."""
    began: int
    ended: int
    statuses: dict


def number_of(attempt):
    """Ids are given in the order of numbers, "job-0" first, and none is left out."""
    return int(attempt.removeprefix("job-"))


def accepted(effects):
    return [effect for effect in effects if effect.accepted]


def done_more_than_once(effects):
    counts = collections.Counter(effect.attempt for effect in accepted(effects))
    return sum(1 for count in counts.values() if count > 1)


def lost(acknowledged, effects):
    """What was acknowledged has an effect. `acknowledged`: the time of each id."""
    done = {effect.attempt for effect in accepted(effects)}
    return [f"{attempt} was acknowledged and has no effect" for attempt in acknowledged if attempt not in done]


def effects_of_older_holders(effects):
    """The tokens of an attempt's effects ascend strictly: a grant has one effect, and none after a newer one."""
    newest = {}
    found = []
    for effect in accepted(effects):
        before = newest.get(effect.attempt)
        if before and effect.token <= before.token:
            found.append(f"{effect.attempt}: an effect of {effect.worker} with token {effect.token} was accepted "
                         f"after one of {before.worker} with token {before.token}")
        if not before or effect.token > before.token:
            newest[effect.attempt] = effect
    return found


@dataclasses.dataclass(frozen=True)
class Fairness:
    """How processes of one role shared the work, counting those that ran for long enough."""
    counted: int
    mean: float  # turns in a second of running
    least: float
    starved: list


def fairness(processes, turns, until, least_seconds, least_share):
    """`turns`: how many each process had. Stopped seconds are not running ones, nor what follows `until`."""
    seconds = {process.name: process.seconds_running(until) for process in processes}
    mean = sum(turns.get(name, 0) for name in seconds) / max(sum(seconds.values()), 0.001)
    rates = {name: turns.get(name, 0) / ran for name, ran in seconds.items() if ran >= least_seconds}
    starved = [f"{name} did {rate:.2f} in a second, of {mean:.2f} in the mean"
               for name, rate in rates.items() if rate < least_share * mean]
    return Fairness(len(rates), mean, min(rates.values(), default=0), starved)


def standstills(acknowledged, until, longest):
    """`acknowledged`: the time of each id; between two of them, and to the end, are at most `longest` milliseconds."""
    times = sorted(at for at in acknowledged.values() if at < until) + [until]
    return [f"the producer got nothing acknowledged from {before} to {after}"
            for before, after in zip(times, times[1:]) if after - before > longest]


def moments_of_free_log(samples, pins, effects, settle):
    """Those of `samples`, (time, bytes of the log), at which nobody kept it from being begun anew: outside of `pins`,
    (from, to), and with at least `settle` effects, each of which has its writing calls, since the last one ended."""
    times = sorted(effect.at for effect in accepted(effects))

    def is_free(time):
        return all(first > time or bisect.bisect_left(times, time) - bisect.bisect_right(times, last) >= settle
                   for first, last in pins)

    return [(time, size) for time, size in samples if is_free(time)]


def log_out_of_bounds(free, most_bytes):
    """`free`: moments at which nobody keeps the log."""
    return [f"the log had {size} bytes at {time}, and nobody kept it from being begun anew"
            for time, size in free if size > most_bytes]


def flaws_of_copies(copies, acknowledged, effects, batch):
    """Each copy is all of one moment between its beginning and its end. `batch`: how many ids may be on their way."""
    done_at = {}
    for effect in accepted(effects):
        done_at.setdefault(number_of(effect.attempt), effect.at)
    acknowledgements = sorted((at, number_of(attempt)) for attempt, at in acknowledged.items())
    numbers = range(max(done_at.keys() | {number for _, number in acknowledgements}, default=-1) + 1)
    in_order = sorted((done_at.get(number, NEVER), number) for number in numbers)
    return [flaw for copy in copies for flaw in flaws_of_copy(copy, acknowledgements, done_at, in_order, batch)]


def flaws_of_copy(copy, acknowledgements, done_at, in_order, batch):
    """`acknowledgements`: (time, number); `done_at`: the time of a number; `in_order`: (time, number), of all numbers,
    those that are never done last."""
    def last_acknowledged(until):
        count = bisect.bisect_left(acknowledgements, (until,))
        return acknowledgements[count - 1][1] if count else -1

    held = {number_of(attempt): status for attempt, status in copy.statuses.items()}
    newest = last_acknowledged(copy.ended + 1) + batch
    found = [f"a copy has job-{number}, which nobody had enqueued when it ended" for number in held if number > newest]
    # Only what is finished is pruned. Whatever is in the copy was enqueued after all of smaller numbers.
    last = max([last_acknowledged(copy.began), *held])
    unfinished = in_order[bisect.bisect_left(in_order, (copy.ended + 1,)):]
    found += [f"a copy lacks job-{number}, which was not finished when it ended"
              for _, number in unfinished if number <= last and number not in held]
    found += [f"a copy has job-{number} completed, which had no effect when it ended"
              for number, status in held.items() if status == COMPLETED and done_at.get(number, NEVER) > copy.ended]
    return found


def left_in_queue(counts):
    """`counts`: of attempts by status, as words."""
    return [f"{count} attempts are {status} at the end" for status, count in counts.items()
            if count and status != "completed"]
