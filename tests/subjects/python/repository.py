"""A lease repository in memory: the contract of model/README.md, rule by rule.

Every operation is a method of its protocol name that takes `now` and the request's arguments and
returns the answer, or raises Refused before it has changed anything.
"""

from dataclasses import dataclass

SMALLEST, LARGEST = -(2**63), 2**63 - 1
MOST_COUNTED = 2**31 - 2
TERMINAL = ("completed", "failed", "cancelled")
STATUSES = ("queued", "leased", "running", "retry_backoff") + TERMINAL


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def saturating(time):
    return max(SMALLEST, min(LARGEST, time))


def without_nulls(record):
    return {name: value for name, value in record.items() if value is not None}


# -- arguments ------------------------------------------------------------------------------------


def is_id(value):
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    try:
        return len(value.encode("utf-8")) <= 255
    except UnicodeEncodeError:
        return False


def is_integer(value, least, most):
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def need(condition, message):
    if not condition:
        raise Refused("invalid_argument", message)


def need_ids(args, *names):
    for name in names:
        need(is_id(args.get(name)), f"{name} is no id")


def need_times(args, *names):
    for name in names:
        need(is_integer(args.get(name), SMALLEST, LARGEST), f"{name} is no time")


def need_limit(args):
    need(is_integer(args.get("limit"), 0, 2**64 - 1), "limit is none")


def normal_policy(policy):
    if policy is None:
        return None
    need(isinstance(policy, dict), "retry_policy is none")
    normal = {"multiplier": 2, "max_backoff": None} | without_nulls(policy)
    need(normal.get("strategy") in ("fixed", "exponential"), "unknown strategy")
    need(is_integer(normal.get("backoff"), 0, LARGEST), "bad backoff")
    need(normal["max_backoff"] is None or is_integer(normal["max_backoff"], 0, LARGEST),
         "bad max_backoff")
    need(is_integer(normal["multiplier"], 1, MOST_COUNTED), "bad multiplier")
    need(is_integer(normal.get("max_retries"), 0, MOST_COUNTED), "bad max_retries")
    return normal


def normal_spec(args):
    """The specification with its defaults filled in, so that two that mean the same are equal."""
    defaults = {"priority": 0, "not_before": None, "timeout": None, "on_timeout": "retry",
                "max_deliveries": None, "tenant_id": None}
    spec = defaults | without_nulls(args)
    need_ids(spec, "attempt_id", "run_id")
    need(is_integer(spec["priority"], -(2**31), 2**31 - 1), "priority is not of 32 bits")
    need(spec["not_before"] is None or is_integer(spec["not_before"], SMALLEST, LARGEST),
         "bad not_before")
    need(spec["timeout"] is None or is_integer(spec["timeout"], 1, LARGEST), "bad timeout")
    need(spec["on_timeout"] in ("retry", "fail", "cancel"), "unknown on_timeout")
    need(spec["max_deliveries"] is None or is_integer(spec["max_deliveries"], 1, MOST_COUNTED),
         "bad max_deliveries")
    need(spec["tenant_id"] is None or is_id(spec["tenant_id"]), "bad tenant_id")
    spec["retry_policy"] = normal_policy(args.get("retry_policy"))
    return spec


# -- state ----------------------------------------------------------------------------------------


@dataclass
class Lease:
    lease_id: str
    worker_id: str
    expires_at: int
    heartbeat_at: int


@dataclass
class Attempt:
    spec: dict
    enqueue_seq: int
    ready_at: int
    status: str = "queued"
    attempt_no: int = 1
    delivery_count: int = 0
    version: int = 0
    retry_at: int | None = None
    started_at: int | None = None
    lease: Lease | None = None
    last_ack: tuple | None = None
    dead_letter: dict | None = None
    finished_at: int | None = None

    @property
    def id(self):
        return self.spec["attempt_id"]

    def deadline(self):
        if self.started_at is None or self.spec["timeout"] is None:
            return None
        return saturating(self.started_at + self.spec["timeout"])

    def record(self):
        return without_nulls({
            "attempt_id": self.id, "run_id": self.spec["run_id"], "attempt_no": self.attempt_no,
            "status": self.status, "priority": self.spec["priority"], "ready_at": self.ready_at,
            "retry_at": self.retry_at, "started_at": self.started_at,
            "delivery_count": self.delivery_count, "version": self.version,
            "finished_at": self.finished_at})

    def dispatch_record(self):
        return without_nulls({"attempt_id": self.id, "run_id": self.spec["run_id"],
                              "status": self.status, "attempt_no": self.attempt_no,
                              "retry_at": self.retry_at})

    def lease_record(self):
        return without_nulls({
            "lease_id": self.lease.lease_id, "attempt_id": self.id,
            "worker_id": self.lease.worker_id, "lease_expires_at": self.lease.expires_at,
            "heartbeat_at": self.lease.heartbeat_at, "version": self.version,
            "execution_deadline": self.deadline()})


class Repository:
    announcement = {}  # what a variant says of itself in the handshake

    def __init__(self):
        self.leases_issued = 0  # survives a reset: no lease id is used twice
        self._clear()

    def _clear(self):
        self.attempts = {}
        self.attempt_of_lease = {}
        self.runs = {}  # those that have had an event: the latest sequence, and the events
        self.enqueued = 0
        self.version_floor = 0

    def is_kept_at_once(self, operation):
        """Whether the operation is on the disk before it is answered."""
        return True

    # -- what several rules share -----------------------------------------------------------------

    def is_dispatchable(self, attempt, now):
        if attempt.status == "retry_backoff":
            return attempt.retry_at <= now
        not_before = attempt.spec["not_before"]
        return attempt.status == "queued" and (not_before is None or not_before <= now)

    def dispatch_key(self, attempt):
        return (-attempt.spec["priority"], attempt.ready_at, attempt.enqueue_seq)

    def new_lease_id(self, attempt, worker_id):
        self.leases_issued += 1
        return f"lease-{self.leases_issued}"

    def find(self, attempt_id):
        if attempt_id not in self.attempts:
            raise Refused("not_found", f"no attempt {attempt_id}")
        return self.attempts[attempt_id]

    def leased(self, lease_id):
        attempt_id = self.attempt_of_lease.get(lease_id)
        if attempt_id is None:
            raise Refused("stale_lease", f"{lease_id} is not current")
        return self.attempts[attempt_id]

    def held(self, args):
        attempt = self.leased(args["lease_id"])
        if attempt.lease.worker_id != args["worker_id"]:
            raise Refused("stale_lease", f"{args['lease_id']} belongs to another worker")
        return attempt

    def end_lease(self, attempt):
        if attempt.lease is not None:
            del self.attempt_of_lease[attempt.lease.lease_id]
        attempt.lease = None
        attempt.started_at = None

    def requeue(self, attempt, now):
        self.end_lease(attempt)
        attempt.finished_at = None
        attempt.status = "queued"
        attempt.ready_at = now

    def finish(self, attempt, status, now):
        self.end_lease(attempt)
        attempt.status = status
        attempt.retry_at = None
        attempt.finished_at = now

    def fail_finally(self, attempt, reason, now):
        self.finish(attempt, "failed", now)
        attempt.dead_letter = {"attempt_id": attempt.id, "run_id": attempt.spec["run_id"],
                               "attempt_no": attempt.attempt_no, "reason": reason, "dead_at": now}

    def backoff(self, policy, attempt_no):
        wait = policy["backoff"]
        if policy["strategy"] == "exponential" and wait and policy["multiplier"] > 1:
            # Beyond the range of a time the exact value no longer matters.
            wait *= policy["multiplier"] ** min(attempt_no - 1, 64)
        if policy["max_backoff"] is not None:
            wait = min(wait, policy["max_backoff"])
        return max(1, min(wait, LARGEST))

    def retry_or_fail(self, attempt, reason, now):
        policy = attempt.spec["retry_policy"]
        if policy is None or attempt.attempt_no > policy["max_retries"]:
            self.fail_finally(attempt, reason, now)
            return
        self.end_lease(attempt)
        attempt.status = "retry_backoff"
        attempt.retry_at = saturating(now + self.backoff(policy, attempt.attempt_no))
        attempt.ready_at = attempt.retry_at
        attempt.attempt_no += 1

    def renew(self, attempt, args):
        attempt.lease.expires_at = max(attempt.lease.expires_at, args["lease_expires_at"])
        attempt.lease.heartbeat_at = max(attempt.lease.heartbeat_at, args["heartbeat_at"])
        attempt.version += 1

    # -- the six methods (rules 1 to 7) -----------------------------------------------------------

    def list_dispatchable_attempts(self, now, args):
        need_times(args, "at")
        need_limit(args)
        return {"attempts": [a.dispatch_record() for a in self.due(args["at"])[:args["limit"]]]}

    def due(self, now):
        due = [a for a in self.attempts.values() if self.is_dispatchable(a, now)]
        return sorted(due, key=self.dispatch_key)

    def upsert_lease(self, now, args):
        need_ids(args, "attempt_id", "worker_id")
        need_times(args, "lease_expires_at")
        need(args["lease_expires_at"] > now, "the lease would be expired at once")
        attempt = self.find(args["attempt_id"])
        if not self.is_dispatchable(attempt, now):
            raise Refused("not_dispatchable", f"{attempt.id} is {attempt.status}")
        self.grant(attempt, now, args)
        return attempt.lease_record()

    def grant(self, attempt, now, args):
        lease_id = self.new_lease_id(attempt, args["worker_id"])
        attempt.lease = Lease(lease_id, args["worker_id"], args["lease_expires_at"], now)
        attempt.status = "leased"
        attempt.started_at = now
        attempt.retry_at = None
        attempt.last_ack = None
        attempt.version += 1
        attempt.delivery_count += 1
        self.attempt_of_lease[lease_id] = attempt.id

    def heartbeat_lease(self, now, args):
        need_ids(args, "lease_id")
        need_times(args, "heartbeat_at", "lease_expires_at")
        self.renew(self.leased(args["lease_id"]), args)
        return {}

    def is_stale(self, attempt, stale_before, now):
        return attempt.lease is not None and attempt.lease.expires_at < stale_before

    def expire_leases_and_requeue(self, now, args):
        need_times(args, "stale_before")
        stale = [a for a in self.attempts.values() if self.is_stale(a, args["stale_before"], now)]
        for attempt in stale:
            self.reap(attempt, now)
        return {"count": len(stale)}

    def reap(self, attempt, now):
        most = attempt.spec["max_deliveries"]
        if most is not None and attempt.delivery_count >= most:
            self.fail_finally(attempt, "delivery_exhausted", now)
        else:
            self.requeue(attempt, now)

    def latest_seq_for_run(self, now, args):
        need_ids(args, "run_id")
        return {"seq": self.runs.get(args["run_id"], {"latest_seq": 0})["latest_seq"]}

    def transition_timed_out_attempts(self, now, args):
        need_times(args, "at")
        over = [a for a in self.attempts.values()
                if a.deadline() is not None and a.deadline() <= args["at"]]
        for attempt in over:
            self.time_out(attempt, args["at"])
        return {"count": len(over)}

    def time_out(self, attempt, now):
        reaction = attempt.spec["on_timeout"]
        if reaction == "retry":
            self.retry_or_fail(attempt, "timed_out", now)
        elif reaction == "fail":
            self.fail_finally(attempt, "timed_out", now)
        else:
            self.finish(attempt, "cancelled", now)

    # -- around them (rules 8 to 15) --------------------------------------------------------------

    def reset(self, now, args):
        self._clear()
        # A journal that begins with a reset says which lease ids were used before it.
        self.leases_issued = max(self.leases_issued, args.get("leases_issued", 0))
        return {}

    def enqueue_attempt(self, now, args):
        spec = normal_spec(args)
        known = self.attempts.get(spec["attempt_id"])
        if known is not None:
            if known.spec != spec:
                raise Refused("already_exists", f"{known.id} has another specification")
            return {}
        self.enqueued += 1
        ready_at = now if spec["not_before"] is None else max(now, spec["not_before"])
        self.attempts[spec["attempt_id"]] = Attempt(spec, self.enqueued, ready_at,
                                                    version=self.version_floor)
        return {}

    def start_attempt(self, now, args):
        need_ids(args, "lease_id", "worker_id")
        self.held(args).status = "running"
        return {}

    def heartbeat_lease_with_version(self, now, args):
        need_ids(args, "lease_id", "worker_id")
        need(is_integer(args.get("expected_version"), 0, 2**64 - 1), "bad expected_version")
        need_times(args, "heartbeat_at", "lease_expires_at")
        attempt = self.held(args)
        if attempt.version != args["expected_version"]:
            raise Refused("stale_lease", f"the version is {attempt.version}")
        self.renew(attempt, args)
        return attempt.lease_record()

    def ack_attempt(self, now, args):
        need_ids(args, "lease_id", "worker_id")
        need(args.get("outcome") in TERMINAL, "unknown outcome")
        ack = (args["lease_id"], args["worker_id"], args["outcome"])
        for attempt in self.attempts.values():
            if attempt.last_ack is not None and attempt.last_ack[0] == ack:
                return attempt.last_ack[1]
        attempt = self.held_for_ack(args)
        if args["outcome"] == "failed":
            self.retry_or_fail(attempt, "failed", now)
        else:
            self.finish(attempt, args["outcome"], now)
        answer = without_nulls({"status": attempt.status, "attempt_no": attempt.attempt_no,
                                "retry_at": attempt.retry_at})
        attempt.last_ack = (ack, answer)
        return answer

    def held_for_ack(self, args):
        return self.held(args)

    def release_lease(self, now, args):
        need_ids(args, "lease_id", "worker_id")
        self.requeue(self.held(args), now)
        return {}

    def cancel_attempt(self, now, args):
        need_ids(args, "attempt_id")
        attempt = self.find(args["attempt_id"])
        self.need_cancellable(attempt)
        self.finish(attempt, "cancelled", now)
        attempt.last_ack = None
        return {}

    def need_cancellable(self, attempt):
        if attempt.status in TERMINAL:
            raise Refused("not_dispatchable", f"{attempt.id} is {attempt.status}")

    def append_run_event(self, now, args):
        need_ids(args, "lease_id", "worker_id", "kind")
        need("payload" in args, "payload is missing")
        attempt = self.held(args)
        run = self.runs.setdefault(attempt.spec["run_id"], {"latest_seq": 0, "events": []})
        run["latest_seq"] += 1
        run["events"].append({"seq": run["latest_seq"], "attempt_id": attempt.id,
                              "kind": args["kind"], "payload": args["payload"], "at": now})
        return {"seq": run["latest_seq"]}

    def dead_letters(self):
        return [a.dead_letter for a in self.attempts.values() if a.dead_letter is not None]

    def list_dead_letters(self, now, args):
        need_limit(args)
        letters = sorted(self.dead_letters(),
                         key=lambda letter: (letter["dead_at"], bytes_of(letter["attempt_id"])))
        return {"dead_letters": letters[:args["limit"]]}

    def replay_dead_letter(self, now, args):
        need_ids(args, "attempt_id")
        attempt = self.find(args["attempt_id"])
        if attempt.dead_letter is None:
            raise Refused("not_dispatchable", f"{attempt.id} has no dead letter")
        self.requeue(attempt, now)
        attempt.dead_letter = None
        attempt.last_ack = None
        attempt.attempt_no = 1
        attempt.delivery_count = 0
        return {}

    def get_attempt(self, now, args):
        need_ids(args, "attempt_id")
        return self.find(args["attempt_id"]).record()

    def get_lease(self, now, args):
        need_ids(args, "lease_id")
        attempt_id = self.attempt_of_lease.get(args["lease_id"])
        return None if attempt_id is None else self.attempts[attempt_id].lease_record()

    def get_lease_for_attempt(self, now, args):
        need_ids(args, "attempt_id")
        attempt = self.attempts.get(args["attempt_id"])
        return None if attempt is None or attempt.lease is None else attempt.lease_record()

    def queue_depth(self, now, args):
        need_times(args, "at")
        return {"count": sum(self.is_dispatchable(a, args["at"]) for a in self.attempts.values())}

    def counts_by_status(self, now, args):
        counts = dict.fromkeys(STATUSES, 0)
        for attempt in self.attempts.values():
            counts[attempt.status] += 1
        return counts

    def list_run_events(self, now, args):
        need_ids(args, "run_id")
        need(is_integer(args.get("after"), 0, 2**64 - 1), "bad after")
        need_limit(args)
        events = self.runs.get(args["run_id"], {"events": []})["events"]
        return {"events": [e for e in events if e["seq"] > args["after"]][:args["limit"]]}

    # -- several at a time, and an end to growth (rules 25 to 29) ---------------------------------

    def each(self, operation, now, items):
        need(isinstance(items, list), "expected an array")
        results = []
        for item in items:
            try:
                results.append({"ok": operation(now, item)})
            except Refused as refusal:
                results.append({"error": {"code": refusal.code, "message": str(refusal)}})
        return {"results": results}

    def enqueue_attempts(self, now, args):
        return self.each(self.enqueue_attempt, now, args.get("attempts"))

    def heartbeat_leases(self, now, args):
        return self.each(self.heartbeat_lease_with_version, now, args.get("heartbeats"))

    def ack_attempts(self, now, args):
        return self.each(self.ack_attempt, now, args.get("acks"))

    def claim_attempts(self, now, args):
        need_ids(args, "worker_id")
        need_limit(args)
        need(is_integer(args.get("lease_ttl"), 1, LARGEST), "bad lease_ttl")
        claim = {"worker_id": args["worker_id"],
                 "lease_expires_at": saturating(now + args["lease_ttl"])}
        need(claim["lease_expires_at"] > now, "the lease would be expired at once")
        claims = []
        for attempt in self.due(now)[:args["limit"]]:
            listed = attempt.dispatch_record()
            self.grant(attempt, now, claim)
            claims.append({"attempt": listed, "lease": attempt.lease_record()})
        return {"claims": claims}

    def prune_attempts(self, now, args):
        need_times(args, "finished_before")
        need_limit(args)
        finished = [a for a in self.attempts.values() if self.may_be_pruned(a, args)]
        finished.sort(key=lambda a: (a.finished_at, bytes_of(a.id)))
        pruned = finished[:args["limit"]]
        for attempt in pruned:
            self.prune(attempt)
        return {"count": len(pruned)}

    def may_be_pruned(self, attempt, args):
        return (attempt.finished_at is not None and attempt.finished_at < args["finished_before"]
                and (attempt.dead_letter is None or args.get("with_dead_letters", False)))

    def prune(self, attempt):
        self.version_floor = max(self.version_floor, attempt.version)
        del self.attempts[attempt.id]
        run_id = attempt.spec["run_id"]
        if run_id not in self.runs:
            return
        if all(a.spec["run_id"] != run_id for a in self.attempts.values()):
            del self.runs[run_id]
        else:
            run = self.runs[run_id]
            run["events"] = [e for e in run["events"] if e["attempt_id"] != attempt.id]

    def list_attempts(self, now, args):
        for name in ("run_id", "worker_id", "tenant_id", "after"):
            need(args.get(name) is None or is_id(args[name]), f"{name} is no id")
        need(args.get("status") in STATUSES + (None,), "unknown status")
        need_limit(args)
        after = bytes_of(args.get("after") or "")
        page = [self.attempts[name] for name in sorted(self.attempts, key=bytes_of)
                if bytes_of(name) > after and self.matches(self.attempts[name], args)]
        return {"attempts": [a.record() for a in page[:args["limit"]]]}

    def matches(self, attempt, args):
        seen = {"status": attempt.status, "run_id": attempt.spec["run_id"],
                "tenant_id": attempt.spec["tenant_id"],
                "worker_id": None if attempt.lease is None else attempt.lease.worker_id}
        return all(args.get(name) is None or args[name] == value for name, value in seen.items())

    def snapshot(self, now, args):
        attempts = [self.attempts[name] for name in sorted(self.attempts, key=bytes_of)]
        return {
            "attempts": [a.record() for a in attempts],
            "leases": [a.lease_record() for a in attempts if a.lease is not None],
            "dead_letters": [a.dead_letter for a in attempts if a.dead_letter is not None],
            "runs": [{"run_id": run} | self.runs[run] for run in sorted(self.runs, key=bytes_of)],
            "version_floor": self.version_floor}


def bytes_of(text):
    return text.encode("utf-8")
