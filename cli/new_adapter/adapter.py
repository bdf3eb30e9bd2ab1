#!/usr/bin/env python3
"""An adapter between a queue and leasecheck. It translates; what the queue does not do, it does not do.

    leasecheck check --backend 'exec:python3 adapter.py'

What to write: the methods of Adapter, from the top. One that is not written yet says so, and leasecheck stops there.
What the queue does not have is taken out of "operations"; leasecheck then skips it, by name. Where the queue differs
from the contract on purpose, HANDSHAKE says so. Everything that may stand there, and what each operation is given and
answers, is in the reference of the protocol: sim/subject/PROTOCOL.md of leasecheck.

Time is simulated: `now` is the time of an operation, in milliseconds. The queue must use it and read no clock.
"""

import json
import sys

HANDSHAKE = {
    "name": "my-queue",
    "version": "1",
    "protocol": 1,
    # Required: reset, enqueue_attempt, and upsert_lease with list_dispatchable_attempts, or claim_attempts.
    # Worth having soon: snapshot. Without it only answers can be judged.
    "operations": ["reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease", "heartbeat_lease",
                   "ack_attempt", "expire_leases_and_requeue", "get_attempt", "goodbye"],
    # The contract's choice stands here; beside it the others.
    "dispatch_order": "ready_fifo",  # attempt_id, enqueue_fifo, requeue_first, none
    "priorities": "higher_first",  # lower_first, none
    "known_id": "compared",  # refused, ignored
    "lease": {"heartbeat": "raise",  # set
              "late_holder": "accepted"},  # refused
    "ack": {"holder": "lease_and_worker",  # lease, worker, anyone
            "repeat": "same",  # refused
            "stale": "refused"},  # ignored
    # Fields that the queue does not have: "attempt.ready_at", "spec.not_before", …
    "absent": [],
}


class Refused(Exception):
    """A refusal: not_found, stale_lease, not_dispatchable, already_exists or invalid_argument."""

    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code


class NotWritten(Exception):
    pass


class Adapter:
    def reset(self, now):
        """Empties the queue. Lease ids that were used are not used again."""
        raise NotWritten

    def enqueue_attempt(self, now, attempt_id, run_id, priority=0, not_before=None, timeout=None, on_timeout="retry",
                        retry_policy=None, max_deliveries=None, tenant_id=None):
        """Answers {}. A known id: Refused("already_exists") if anything else is different."""
        raise NotWritten

    def list_dispatchable_attempts(self, now, at, limit):
        """Answers {"attempts": [{"attempt_id", "run_id", "attempt_no", "status", "retry_at"?}]}."""
        raise NotWritten

    def upsert_lease(self, now, attempt_id, worker_id, lease_expires_at):
        """Claims one attempt. Answers {"lease_id", "attempt_id", "worker_id", "lease_expires_at", "heartbeat_at",
        "version"}, or Refused("not_dispatchable")."""
        raise NotWritten

    def heartbeat_lease(self, now, lease_id, heartbeat_at, lease_expires_at):
        """Answers {}, or Refused("stale_lease")."""
        raise NotWritten

    def ack_attempt(self, now, lease_id, worker_id, outcome, attempt_id=None):
        """Ends an attempt as "completed", "failed" or "cancelled". Answers {"status", "attempt_no", "retry_at"?}, or
        Refused("stale_lease")."""
        raise NotWritten

    def expire_leases_and_requeue(self, now, stale_before):
        """Takes back every lease that expired before `stale_before`. Answers {"count": how many}."""
        raise NotWritten

    def get_attempt(self, now, attempt_id):
        """Answers {"attempt_id", "run_id", "attempt_no", "status", "priority", "ready_at", "delivery_count",
        "version", …}, or Refused("not_found")."""
        raise NotWritten


def has_no_text(value):
    """Whether a text in it, payloads aside, is no UTF-8: it arrives as {"hex": "…"}."""
    if isinstance(value, dict):
        return set(value) == {"hex"} or any(has_no_text(each) for name, each in value.items() if name != "payload")
    return isinstance(value, list) and any(map(has_no_text, value))


def answer(adapter, request):
    operation, args = request["op"], request.get("args", {})
    if operation == "hello":
        return {"ok": HANDSHAKE}
    if operation == "goodbye":
        return {"ok": {}}
    if operation not in HANDSHAKE["operations"]:
        return {"error": {"code": "unsupported", "message": operation}}
    if has_no_text(args):
        return {"error": {"code": "invalid_argument", "message": "a text that is no UTF-8"}}
    try:
        return {"ok": getattr(adapter, operation)(request.get("now", 0), **args)}
    except Refused as refused:
        return {"error": {"code": refused.code, "message": str(refused)}}
    except NotWritten:
        return {"error": {"code": "internal", "message": f"Adapter.{operation} is not written yet"}}


def main():
    adapter = Adapter()
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"id": request["id"]} | answer(adapter, request)), flush=True)
        if request["op"] == "goodbye":
            return


main()
