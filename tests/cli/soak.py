"""Runs simulate, check and conform in turns against a subject that misbehaves at random.

usage: soak.py LEASECHECK MINUTES

Each turn ends by itself within its budget and a margin, with an exit code that is documented, and leaves no
process and no temporary folder behind. While `simulate` runs, its memory and its descriptors are watched:
at the end they are what they were after the first quarter, within a margin. Exit code 1 and a line on
standard error for each turn of which that is not so. Not a test of the suite: it takes as long as it is told.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

SUBJECT = pathlib.Path(__file__).parent.parent / "subjects" / "python" / "unreliable.py"
DOCUMENTED = {0: "held", 1: "violated", 3: "inconclusive", 4: "broken"}
MARGIN = 60  # seconds beyond a budget: what a check does besides its simulation, on a slow machine


def figures(pid):
    """Resident memory in KiB, and open descriptors."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        memory = int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
        return memory, len(os.listdir(f"/proc/{pid}/fd"))
    except (OSError, StopIteration):
        return None


def left_behind(mark):
    """Processes that carry the mark of this turn in their environment."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and mark in pathlib.Path(f"/proc/{entry}/environ").read_bytes():
                found.append(entry)
        except OSError:
            pass
    return found


def turn(number, command, budget, directory):
    mark = f"SOAK_TURN={os.getpid()}.{number}"
    name, value = mark.split("=")
    scratch = os.path.join(directory, "scratch")
    os.makedirs(scratch, exist_ok=True)
    begin = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=directory,
                               env={**os.environ, name: value, "TMPDIR": scratch})
    samples = []
    complaints = []
    while process.poll() is None:
        if time.monotonic() - begin > budget + MARGIN:
            complaints.append(f"did not end within {budget + MARGIN} s")
            process.kill()
        sample = figures(process.pid)
        if sample:
            samples.append(sample)
        time.sleep(0.25)
    process.wait()
    time.sleep(0.5)
    if process.returncode not in DOCUMENTED:
        complaints.append(f"exit code {process.returncode}")
    if left := left_behind(mark.encode()):
        complaints.append(f"left the processes {left}")
    if left := os.listdir(scratch):
        complaints.append(f"left the folders {left}")
    if len(samples) > 40:
        (early, early_files), (late, late_files) = samples[len(samples) // 4], samples[-1]
        if late > early * 1.5 + 20_000:
            complaints.append(f"memory grew from {early} to {late} KiB")
        if late_files > early_files + 8:
            complaints.append(f"descriptors grew from {early_files} to {late_files}")
    return DOCUMENTED.get(process.returncode, "?"), max(samples, default=(0, 0)), complaints


def main():
    program, minutes = os.path.abspath(sys.argv[1]), float(sys.argv[2])
    end = time.monotonic() + 60 * minutes
    number = 0
    ends = {}
    worst = (0, 0)
    complained = False
    # In memory where that can be, as the program would choose by itself.
    directory = tempfile.mkdtemp(prefix="soak-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    while time.monotonic() < end:
        for rate, budget in ((200, 5), (5000, 20), (100000, 40)):
            backend = ["--backend", f"exec:{sys.executable} {SUBJECT} {rate}", "--subject-timeout", "2s"]
            for command in (["simulate", "--keep-going", "--seeds", f"{number + 1}..{number + 1_000_000}"], ["check"], ["conform", "--workers", "1", "--attempts", "1"]):
                number += 1
                line = [program, *command, *backend]
                if command[0] != "conform":  # which ends by itself
                    line += ["--budget", f"{budget}s"]
                how, most, complaints = turn(number, line, budget, directory)
                ends[(command[0], how)] = ends.get((command[0], how), 0) + 1
                worst = max(worst, most)
                for complaint in complaints:
                    complained = True
                    print(f"turn {number}: {complaint}: {' '.join(map(str, line))}", file=sys.stderr, flush=True)
    for (command, how), count in sorted(ends.items()):
        print(f"{command:9} {how:13} {count}")
    print(f"{number} turns, most memory {worst[0]} KiB")
    shutil.rmtree(directory)
    return 1 if complained else 0


if __name__ == "__main__":
    sys.exit(main())
