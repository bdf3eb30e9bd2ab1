#!/usr/bin/env python3
"""beanstalkd under leasecheck. It translates; what beanstalkd does not do, it does not do.

A worker is a connection, as it is to beanstalkd, and one more connection puts, deletes and looks.
"""

import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from subject import Refused, Server, Subject

TIME_TO_RUN_S = 30
YEAR_MS = 365 * 24 * 3600 * 1000  # its clock is ahead: an instant of 0 means none to beanstalkd, which then hangs
STATUSES = {"ready": "queued", "delayed": "queued", "reserved": "leased", "buried": "failed"}


class Connection:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.lines = self.socket.makefile("rb")

    def ask(self, command, body=None):
        """The words of the answer's first line; a body that follows stands last."""
        self.socket.sendall(b"".join(part + b"\r\n" for part in (command.encode(), body) if part is not None))
        words = self.lines.readline().decode().split()
        if words[0] in ("RESERVED", "OK"):
            words.append(self.lines.read(int(words[-1]) + 2)[:-2].decode())
        return words


class Beanstalkd(Subject):
    handshake = {
        "name": "beanstalkd", "version": "1.12",
        "operations": ["reset", "enqueue_attempt", "claim_attempts", "heartbeat_lease", "release_lease", "ack_attempt",
                       "replay_dead_letter", "get_attempt", "queue_depth", "goodbye"],
        "dispatch_order": "enqueue_fifo", "priorities": "lower_first", "known_id": "refused",
        "lease": {"heartbeat": "set", "late_holder": "refused"},
        "ack": {"holder": "worker", "repeat": "refused"},
        "absent": ["attempt.run_id", "attempt.attempt_no", "attempt.ready_at", "attempt.retry_at", "attempt.started_at",
                   "attempt.version", "attempt.finished_at", "lease.version", "lease.heartbeat_at",
                   "lease.execution_deadline", "dispatch.run_id", "dispatch.attempt_no", "dispatch.retry_at",
                   "spec.timeout", "spec.on_timeout", "spec.retry_policy", "spec.max_deliveries", "spec.tenant_id"]}

    def __init__(self):
        self.server = Server(lambda directory: ["beanstalkd", "-l", f"unix:{directory}/socket"])
        self.path = f"{self.server.directory}/socket"
        while self.server.is_up():
            try:
                self.client = Connection(self.path)
                break
            except OSError:
                time.sleep(0.005)
        self.jobs, self.workers, self.lease_count = {}, {}, 0

    def set_time(self, now):
        # beanstalkd looks at its clock after a command: this one is for what has become due by then.
        self.server.set_time(now + YEAR_MS)
        self.client.ask("use default")

    def close(self):
        self.server.stop()

    def job(self, attempt_id):
        if attempt_id not in self.jobs:
            raise Refused("not_found", attempt_id)
        return self.jobs[attempt_id]

    def as_worker(self, worker_id, command):
        if worker_id not in self.workers:
            self.workers[worker_id] = Connection(self.path)
        words = self.workers[worker_id].ask(command)
        if words[0] == "NOT_FOUND":
            raise Refused("stale_lease", command)
        return words

    def reset(self, now):
        for job in self.jobs.values():
            for connection in (*self.workers.values(), self.client):
                connection.ask(f"delete {job}")
        self.jobs, self.attempts, self.leases = {}, {}, {}

    def enqueue_attempt(self, now, attempt_id, run_id, priority=0, not_before=None):
        # beanstalkd numbers its jobs; the attempts' ids are kept here.
        if attempt_id in self.jobs:
            raise Refused("already_exists", attempt_id)
        delay_s = -((now - max(now, not_before or now)) // 1000)
        command = f"put {priority + 2**31} {delay_s} {TIME_TO_RUN_S} {len(attempt_id.encode())}"
        job = int(self.client.ask(command, attempt_id.encode())[1])
        self.jobs[attempt_id] = job

    def claim_attempts(self, now, worker_id, limit, lease_ttl):
        claims = []
        while len(claims) < limit:
            words = self.as_worker(worker_id, "reserve-with-timeout 0")
            if words[0] != "RESERVED":
                break
            self.lease_count += 1
            lease = {"lease_id": str(self.lease_count), "attempt_id": words[-1], "worker_id": worker_id}
            self.leases[lease["lease_id"]] = lease
            claims.append({"attempt": {"attempt_id": words[-1], "status": "queued"},
                           "lease": lease | {"lease_expires_at": now + TIME_TO_RUN_S * 1000}})
        return {"claims": claims}

    def heartbeat_lease(self, now, lease_id, heartbeat_at, lease_expires_at):
        if lease_id not in self.leases:
            raise Refused("stale_lease", lease_id)
        lease = self.leases[lease_id]
        self.as_worker(lease["worker_id"], f"touch {self.jobs[lease['attempt_id']]}")

    def release_lease(self, now, lease_id, worker_id):
        if lease_id not in self.leases:
            raise Refused("stale_lease", lease_id)
        job = self.jobs[self.leases[lease_id]["attempt_id"]]
        self.as_worker(worker_id, f"release {job} {self.stats(job, 'stale_lease')['pri']} 0")

    def ack_attempt(self, now, lease_id, worker_id, outcome, attempt_id):
        job = self.job(attempt_id)
        if outcome == "cancelled":
            raise Refused("invalid_argument", "beanstalkd cancels nothing")
        if outcome == "completed":
            self.as_worker(worker_id, f"delete {job}")
        else:
            self.as_worker(worker_id, f"bury {job} {self.stats(job, 'stale_lease')['pri']}")
        return {"status": outcome, "attempt_no": 1}

    def replay_dead_letter(self, now, attempt_id):
        if self.client.ask(f"kick-job {self.job(attempt_id)}")[0] == "NOT_FOUND":
            raise Refused("not_dispatchable", attempt_id)

    def stats(self, job, code="not_found"):
        words = self.client.ask(f"stats-job {job}")
        if words[0] == "NOT_FOUND":
            raise Refused(code, str(job))
        return dict(line.split(": ") for line in words[-1].splitlines()[1:])

    def get_attempt(self, now, attempt_id):
        stats = self.stats(self.job(attempt_id))
        return {"attempt_id": attempt_id, "status": STATUSES[stats["state"]], "priority": int(stats["pri"]) - 2**31,
                "delivery_count": int(stats["reserves"])}

    def queue_depth(self, now, at):
        words = self.client.ask("stats-tube default")
        return {"count": int(words[-1].split("current-jobs-ready: ")[1].split()[0])}


Beanstalkd().serve()
