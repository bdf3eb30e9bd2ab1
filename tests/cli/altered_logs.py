"""One line of a log altered, dropped, doubled or swapped: is it found?

altered_logs.py LEASECHECK [TIMES [SEED]]

Takes the trace of a simulated run that held as a log, alters one line of it, TIMES times, and validates each. A
line that no longer fits the others has to be found at that line or behind it, or to be refused; what another order of
effects explains, or what changes nothing that is compared, is counted. At least three of four have to be found.
"""

import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile


def altered_answer(line, random_source):
    """The line with one word or number of its answer changed, or nothing."""
    step = json.loads(line)
    text = json.dumps(step["ret"])
    places = [m for m in re.finditer(r'(?<=": )\d+|"(queued|completed|failed|cancelled|retry_backoff)"|'
                                     r'"(stale_lease|not_dispatchable|not_found)"', text)]
    if not places:
        return None
    place = random_source.choice(places)
    found = place.group()
    if found.isdigit():
        other = str(int(found) + random_source.choice([1, 2, 1000]))
    elif found.strip('"') in ("stale_lease", "not_dispatchable", "not_found"):
        other = random_source.choice([w for w in ('"stale_lease"', '"not_dispatchable"', '"not_found"')
                                      if w != found])
    else:
        other = random_source.choice([w for w in ('"queued"', '"completed"', '"failed"') if w != found])
    step["ret"] = json.loads(text[:place.start()] + other + text[place.end():])
    return json.dumps(step)


def without(lines, number):
    """The log without the call whose answer is this line."""
    of = json.loads(lines[number])["of"]
    return [line for i, line in enumerate(lines) if i != number and json.loads(line).get("i") != of]


def doubled(lines, number):
    """The log in which the call of this answer is made twice, with the same answer."""
    answer = json.loads(lines[number])
    call = next(json.loads(line) for line in lines if json.loads(line).get("i") == answer["of"])
    call["i"] = 10_000_000
    answer["i"], answer["of"] = 10_000_001, 10_000_000
    return lines[:number + 1] + [json.dumps(call), json.dumps(answer)] + lines[number + 1:]


def swapped(lines, number):
    """The log in which two calls of one operation have each other's answers."""
    answers = [i for i in range(1, len(lines)) if '"phase":"return"' in lines[i]]
    by_number = {json.loads(line).get("i"): json.loads(line) for line in lines if '"phase":"call"' in line}
    mine = json.loads(lines[number])
    for other in answers:
        theirs = json.loads(lines[other])
        if by_number[theirs["of"]]["op"] == by_number[mine["of"]]["op"] and theirs["ret"] != mine["ret"]:
            mine["ret"], theirs["ret"] = theirs["ret"], mine["ret"]
            result = list(lines)
            result[number], result[other] = json.dumps(mine), json.dumps(theirs)
            return result
    return None


def alter(lines, random_source):
    """Returns: what was done, and the log; nothing if it cannot be done to the line that was drawn."""
    number = random_source.choice([i for i, line in enumerate(lines) if '"phase":"return"' in line])
    kind = random_source.choice(["altered", "dropped", "doubled", "swapped"])
    if kind == "altered":
        line = altered_answer(lines[number], random_source)
        return (kind, lines[:number] + [line] + lines[number + 1:]) if line else None
    changed = {"dropped": without, "doubled": doubled, "swapped": swapped}[kind](lines, number)
    return (kind, changed) if changed else None


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    times = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    random_source = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "simulate", "--backend", "memory", "--seeds", "1..8", "--trace", "all", "--trace-dir",
                        "traces"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        logs = [path.read_text().splitlines() for path in sorted(pathlib.Path(folder, "traces").glob("*.jsonl"))]
        file = pathlib.Path(folder, "log.jsonl")

        def validated(lines):
            file.write_text("\n".join(lines) + "\n")
            return subprocess.run([program, "validate", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, check=False)

        for lines in logs:
            held = validated(lines)
            assert held.returncode == 0, held.stdout + held.stderr
        counts = {}
        done = 0
        while done < times:
            drawn = alter(random_source.choice(logs), random_source)
            if drawn is None:
                continue
            done += 1
            kind, lines = drawn
            ended = validated(lines)
            assert ended.returncode in (0, 1, 2, 3), ended.stderr
            found = counts.setdefault(kind, {"found": 0, "explainable": 0})
            found["explainable" if ended.returncode == 0 else "found"] += 1
        for kind, found in sorted(counts.items()):
            print(f"{kind}: {found['found']} found, {found['explainable']} explainable")
        altered = counts["altered"]
        assert altered["found"] * 4 >= 3 * sum(altered.values()), counts


if __name__ == "__main__":
    main()
