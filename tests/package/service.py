"""Runs the example of a service: a producer, three workers and a reaper as processes. One worker is
killed and one is stopped for longer than its leases last. Nothing may be lost, no result of an older
holder may follow one of a newer, whoever is asked to ends cleanly, and the metrics tell what happened.

usage: service.py SERVICE DIRECTORY"""

import collections
import glob
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

COUNT = 300
COMPLETED = 4


class Metrics:
    """The files that the processes have written, of which one collector reads all."""

    def __init__(self, directory):
        self.directory = directory
        os.makedirs(directory, exist_ok=True)

    def path(self, process):
        return os.path.join(self.directory, f"{process}.prom")

    def of(self, process):
        """The values of all series, by their text without the label of the process."""
        values = collections.Counter()
        label = f'process="{process}"'
        with open(self.path(process)) as file:
            for line in file:
                if line.startswith("#"):
                    continue
                series, value = line.rsplit(" ", 1)
                assert label in series, f"{series} does not name {process}"
                values[re.sub(r"\{,?", "{", series.replace(label, "")).replace("{}", "")] = float(value)
        return values

    def check_with_promtool(self):
        promtool = shutil.which("promtool")
        if promtool is None:
            print("promtool is missing (Debian: prometheus): what the metrics look like was not checked")
            return
        for name in glob.glob("*.prom", root_dir=self.directory):
            with open(os.path.join(self.directory, name)) as file:
                checked = subprocess.run([promtool, "check", "metrics"], stdin=file, capture_output=True, text=True)
            assert checked.returncode == 0, f"{name}: {checked.stdout}{checked.stderr}"


def calls(operation, result="ok", of="operations"):
    return f'lease_{of}_total{{operation="{operation}",result="{result}"}}'


def items(operation, result="ok"):
    return calls(operation, result, "operation_items")


def main():
    service, directory = sys.argv[1:]
    queue = os.path.join(directory, "queue.db")
    log = os.path.join(directory, "results.log")

    metrics = Metrics(os.path.join(directory, "metrics"))

    def start(process, *words):
        return subprocess.Popen([service, *words, "--metrics", metrics.path(process)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ask(sql):
        connection = sqlite3.connect(f"file:{queue}?mode=ro", uri=True, timeout=60)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def completed():
        return ask(f"SELECT count(*) FROM attempts WHERE status = {COMPLETED}")[0][0]

    def wait_until(holds):
        while not holds():
            for process in processes:
                assert process.poll() is None, f"a process has ended: {process.stderr.read()}"
            time.sleep(0.02)

    processes = []
    # The same again is no mistake, and no more work.
    for process in ("producer-1", "producer-2"):
        assert start(process, "produce", queue, str(COUNT)).wait() == 0
        assert metrics.of(process)[calls("enqueue_attempt")] == COUNT
        assert ask("SELECT count(*) FROM attempts")[0][0] == COUNT

    reaper = start("reaper", "reap", queue)
    workers = [start(f"worker-{i}", "work", queue, log) for i in range(3)]
    processes += [reaper, *workers]
    try:
        wait_until(lambda: completed() >= 20)
        killed, stopped, _ = workers
        processes.remove(killed)
        killed.send_signal(signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
        stopped.send_signal(signal.SIGSTOP)
        time.sleep(2.5)  # its leases last 1.5 s, and the grace window is 0.2 s
        stopped.send_signal(signal.SIGCONT)
        wait_until(lambda: completed() == COUNT)
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)
            process.terminate()
    for process in processes:
        assert process.wait() == 0, f"exit status {process.returncode}: {process.stderr.read()}"

    assert ask("SELECT count(*) FROM attempts WHERE lease_expires_at IS NOT NULL")[0][0] == 0
    assert ask("PRAGMA integrity_check")[0][0] == "ok"
    highest = {}
    for line in open(log):
        key, token, _ = line.split()
        assert int(token) >= highest.get(key, 0), f"{line.strip()} after token {highest[key]}"
        highest[key] = int(token)
    assert len(highest) == COUNT, f"{len(highest)} of {COUNT} have a result"
    again = ask("SELECT count(*) FROM attempts WHERE delivery_count > 1")[0][0]
    assert again >= 1, "nothing was taken back from the worker that was killed"

    of_reaper = metrics.of("reaper")
    assert of_reaper['lease_attempts{status="completed"}'] == COUNT
    assert of_reaper["lease_dispatchable_attempts"] == 0
    said = sum(int(count) for count in re.findall(r"reaped (\d+)", reaper.stdout.read()))
    counted = of_reaper['lease_reaped_leases_total{status="queued"}']
    assert counted == said >= 1, f"{counted} reaped by the metrics, {said} by the log"
    of_workers = sum((metrics.of(f"worker-{i}") for i in range(3)), collections.Counter())
    granted = of_workers[items("claim_attempts")]
    acked = of_workers[items("ack_attempts")]
    # What the worker that was killed did in its last second is missing.
    delivered = ask("SELECT sum(delivery_count) FROM attempts")[0][0]
    assert COUNT / 2 < acked <= granted <= delivered, f"{acked} acked, {granted} granted, {delivered} delivered"
    metrics.check_with_promtool()
    print(f"{COUNT} attempts, {again} of them delivered more than once, {said} times taken back")


main()
