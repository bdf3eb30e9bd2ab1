"""Runs the example of a service: a producer, three workers and a reaper as processes. One worker is
killed and one is stopped for longer than its leases last. Nothing may be lost, no result of an older
holder may follow one of a newer, and whoever is asked to ends cleanly.

usage: service.py SERVICE DIRECTORY"""

import os
import signal
import sqlite3
import subprocess
import sys
import time

COUNT = 300
COMPLETED = 4


def main():
    service, directory = sys.argv[1:]
    queue = os.path.join(directory, "queue.db")
    log = os.path.join(directory, "results.log")

    def start(*words):
        return subprocess.Popen([service, *words], stderr=subprocess.PIPE, text=True)

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
    subprocess.run([service, "produce", queue, str(COUNT)], check=True)
    # The same again is no mistake, and no more work.
    subprocess.run([service, "produce", queue, str(COUNT)], check=True)
    assert ask("SELECT count(*) FROM attempts")[0][0] == COUNT

    reaper = start("reap", queue)
    workers = [start("work", queue, log) for _ in range(3)]
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
    print(f"{COUNT} attempts, {again} of them delivered more than once")


main()
