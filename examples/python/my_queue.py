#!/usr/bin/env python3
"""A small queue of one's own that speaks the subject protocol of leasecheck.

    leasecheck check --backend 'exec:python3 my_queue.py'

    --defect   a late heartbeat takes back time that an earlier one has granted

The queue is the class below. What follows it is all that leasecheck needs: one JSON object on each
line, and a handshake that says what the queue does not have.
"""

import json
import sys

LARGEST = 2**63 - 1


class Refused(Exception):
    """An answer that is an error: its code and, for people, why."""


class Queue:
    def __init__(self, defect=False):
        self.defect = defect
        self.leases_issued = 0
        self.attempts = {}

    def reset(self, now):
        self.attempts = {}  # ids of leases are never given again

    def restart(self, now):
        self.reset(now)

    def enqueue_attempt(self, now, **spec):
        for name in ("attempt_id", "run_id"):
            self.need(self.is_id(spec.get(name)), f"{name} is no id")
        self.need(-2**31 <= spec.get("priority", 0) < 2**31, "priority is not of 32 bits")
        most = spec.get("max_deliveries")
        self.need(most is None or 1 <= most <= 2**31 - 2, "bad max_deliveries")
        known = self.attempts.get(spec["attempt_id"])
        if known and known["spec"] != spec:
            raise Refused("already_exists", "another attempt has this id")
        if not known:
            self.attempts[spec["attempt_id"]] = {
                "spec": spec, "status": "queued", "ready_at": max(now, spec.get("not_before", now)),
                "deliveries": 0, "version": 0, "lease": None, "failed_at": None}

    def list_dispatchable_attempts(self, now, at, limit):
        due = [attempt for attempt in self.attempts.values() if self.is_due(attempt, at)]
        # Python's sort keeps the order of what is alike, which is the order of the enqueues.
        due.sort(key=lambda attempt: (-attempt["spec"].get("priority", 0), attempt["ready_at"]))
        return {"attempts": [self.ids(attempt) | {"attempt_no": 1, "status": "queued"}
                             for attempt in due[:limit]]}

    def upsert_lease(self, now, attempt_id, worker_id, lease_expires_at):
        self.need(self.is_id(attempt_id) and self.is_id(worker_id), "bad id")
        self.need(lease_expires_at > now, "the lease has expired already")
        attempt = self.attempts.get(attempt_id)
        if attempt is None:
            raise Refused("not_found", "no such attempt")
        if not self.is_due(attempt, now):
            raise Refused("not_dispatchable", "not now")
        self.leases_issued += 1
        attempt["status"] = "leased"
        attempt["deliveries"] += 1
        attempt["version"] += 1
        attempt["lease"] = {"lease_id": f"lease-{self.leases_issued}", "attempt_id": attempt_id,
                            "worker_id": worker_id, "lease_expires_at": lease_expires_at,
                            "heartbeat_at": now, "version": attempt["version"]}
        attempt["started_at"] = now
        return attempt["lease"]

    def heartbeat_lease(self, now, lease_id, heartbeat_at, lease_expires_at):
        self.need(self.is_id(lease_id), "bad id")
        for attempt in self.attempts.values():
            lease = attempt["lease"]
            if lease and lease["lease_id"] == lease_id:
                if not self.defect:
                    lease_expires_at = max(lease_expires_at, lease["lease_expires_at"])
                lease["lease_expires_at"] = lease_expires_at
                lease["heartbeat_at"] = max(heartbeat_at, lease["heartbeat_at"])
                lease["version"] = attempt["version"] = attempt["version"] + 1
                return
        raise Refused("stale_lease", "not current")

    def expire_leases_and_requeue(self, now, stale_before):
        expired = [attempt for attempt in self.attempts.values()
                   if attempt["lease"] and attempt["lease"]["lease_expires_at"] < stale_before]
        for attempt in expired:
            attempt["lease"] = None
            most = attempt["spec"].get("max_deliveries")
            if most is not None and attempt["deliveries"] >= most:
                attempt["status"], attempt["failed_at"] = "failed", now
            else:
                attempt["status"], attempt["ready_at"] = "queued", now
        return {"count": len(expired)}

    def latest_seq_for_run(self, now, run_id):
        self.need(self.is_id(run_id), "bad id")
        return {"seq": 0}  # it keeps no events

    def snapshot(self, now):
        """All that is stored, for tests: without it only answers could be compared."""
        rows = [self.attempts[name] for name in sorted(self.attempts, key=str.encode)]
        return {"attempts": [self.record(attempt) for attempt in rows],
                "leases": [attempt["lease"] for attempt in rows if attempt["lease"]],
                "dead_letters": [self.ids(attempt) | {"attempt_no": 1, "dead_at": attempt["failed_at"],
                                                      "reason": "delivery_exhausted"}
                                 for attempt in rows if attempt["status"] == "failed"],
                "runs": []}

    @staticmethod
    def ids(attempt):
        return {name: attempt["spec"][name] for name in ("attempt_id", "run_id")}

    @classmethod
    def record(cls, attempt):
        return cls.ids(attempt) | {
            "attempt_no": 1, "status": attempt["status"], "ready_at": attempt["ready_at"],
            "priority": attempt["spec"].get("priority", 0), "version": attempt["version"],
            "started_at": attempt["started_at"] if attempt["lease"] else None,
            "delivery_count": attempt["deliveries"]}

    @staticmethod
    def is_due(attempt, at):
        return attempt["status"] == "queued" and attempt["spec"].get("not_before", at) <= at

    @staticmethod
    def is_id(value):
        return isinstance(value, str) and "\0" not in value and 1 <= len(value.encode()) <= 255

    @staticmethod
    def need(condition, why):
        if not condition:
            raise Refused("invalid_argument", why)


OPERATIONS = ("reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease",
              "heartbeat_lease", "expire_leases_and_requeue", "latest_seq_for_run", "snapshot")

HANDSHAKE = {"name": "my-queue", "version": "1", "protocol": 1,
             "operations": [*OPERATIONS, "restart", "goodbye"], "durable": False,
             # Neither timeouts, retries nor tenants: these fields are not sent.
             "absent": ["spec.timeout", "spec.retry_policy", "spec.tenant_id"]}


def answer(queue, request):
    operation, now = request["op"], request.get("now", 0)
    if operation == "hello":
        return {"ok": HANDSHAKE}
    if operation == "goodbye":
        return {"ok": {}}
    arguments = {name: value for name, value in request.get("args", {}).items()
                 if value is not None}
    try:
        return {"ok": getattr(queue, operation)(now, **arguments) or {}}
    except Refused as refusal:
        code, why = refusal.args
        return {"error": {"code": code, "message": why}}


def main():
    queue = Queue(defect="--defect" in sys.argv[1:])
    for line in sys.stdin.buffer:
        request = json.loads(line)
        print(json.dumps({"id": request["id"]} | answer(queue, request)), flush=True)
        if request["op"] == "goodbye":
            return


if __name__ == "__main__":
    main()
