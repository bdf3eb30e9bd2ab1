"""Defects that can be switched on, each with the property that must name it.

Every one was seen in a real queue or lease system; the comments say where.
"""

from repository import Refused, Repository, saturating

ALL = {}


def defect(property_name):
    def register(repository):
        repository.property_name = property_name
        ALL[repository.__name__] = repository
        return repository

    return register


# hibiken/asynq 7e5efb0: the guard against shortening was removed.
@defect("expiry_never_lowered")
class heartbeat_shortens_lease(Repository):
    """a late heartbeat with an earlier expiry wins"""

    def renew(self, attempt, args):
        super().renew(attempt, args)
        attempt.lease.expires_at = args["lease_expires_at"]


# oban 9a0b729d: keep-alive by job and not by owner.
@defect("holder_only")
class heartbeat_of_anyone(Repository):
    """the versioned heartbeat does not look at the worker"""

    def heartbeat_lease_with_version(self, now, args):
        attempt = self.attempt_of_lease.get(args["lease_id"])
        if attempt is not None:
            args = args | {"worker_id": self.attempts[attempt].lease.worker_id}
        return super().heartbeat_lease_with_version(now, args)


# oban basic engine, graphile/worker, pg-boss: completion by job id.
@defect("holder_only")
class stale_ack_accepted(Repository):
    """whoever once held the attempt can end it"""

    def grant(self, attempt, now, args):
        super().grant(attempt, now, args)
        self.once_held = getattr(self, "once_held", {})
        self.once_held[attempt.lease.lease_id] = attempt.id

    def held_for_ack(self, args):
        attempt = self.attempts.get(getattr(self, "once_held", {}).get(args["lease_id"]))
        if attempt is None or attempt.lease is None:
            return super().held_for_ack(args)
        return attempt


# riverqueue/river #1302: rescued by id, after it had been completed.
@defect("terminal_is_final")
class cancel_overwrites_completion(Repository):
    """an attempt that is completed can still be cancelled"""

    def need_cancellable(self, attempt):
        if attempt.status != "completed":
            super().need_cancellable(attempt)


@defect("requeue_after_grace")
class reap_on_the_boundary(Repository):
    """a lease that expires exactly at stale_before is taken"""

    def is_stale(self, attempt, stale_before, now):
        return attempt.lease is not None and attempt.lease.expires_at <= stale_before


@defect("requeue_after_grace")
class grace_ignored(Repository):
    """the reap compares with now instead of stale_before"""

    def is_stale(self, attempt, stale_before, now):
        return super().is_stale(attempt, now, now)


@defect("never_early")
class backoff_ignored_by_claim(Repository):
    """the list waits for retry_at, the claim does not"""

    def upsert_lease(self, now, args):
        attempt = self.attempts.get(args.get("attempt_id"))
        if attempt is not None and attempt.status == "retry_backoff" and attempt.retry_at > now:
            kept, attempt.retry_at = attempt.retry_at, now
            try:
                return super().upsert_lease(now, args)
            except Refused:
                attempt.retry_at = kept
                raise
        return super().upsert_lease(now, args)


# timgit/pg-boss 30fa9a6: base + factor instead of base * factor.
@defect("never_early")
class backoff_adds(Repository):
    """exponential backoff adds where it should multiply"""

    def backoff(self, policy, attempt_no):
        if policy["strategy"] == "fixed":
            return super().backoff(policy, attempt_no)
        wait = saturating(policy["backoff"] + policy["multiplier"] * (attempt_no - 1))
        most = policy["max_backoff"]
        return max(1, wait if most is None else min(wait, most))


# apache/curator f1f9d5f8: fencing restarted with the path.
@defect("monotonic_versions")
class version_restarts(Repository):
    """the fencing version is 1 for every new lease"""

    def grant(self, attempt, now, args):
        super().grant(attempt, now, args)
        attempt.version = 1


# timgit/pg-boss 7dea410: work that was handed back counted as failed.
@defect("retry_budget")
class requeue_burns_a_retry(Repository):
    """a reap counts as a failure of the attempt"""

    def reap(self, attempt, now):
        super().reap(attempt, now)
        if attempt.status == "queued":
            attempt.attempt_no += 1


# taskforcesh/bullmq #3555: replayed with its budget already spent.
@defect("retry_budget")
class replay_keeps_the_budget(Repository):
    """a replayed attempt keeps its attempt number"""

    def replay_dead_letter(self, now, args):
        attempt = self.attempts.get(args.get("attempt_id"))
        kept = attempt and attempt.attempt_no
        answer = super().replay_dead_letter(now, args)
        attempt.attempt_no = kept
        return answer


# procrastinate 100518ce: the head was chosen by id alone.
@defect("dispatch_order")
class priority_ignored(Repository):
    """the list is in order of age only"""

    def dispatch_key(self, attempt):
        return super().dispatch_key(attempt)[1:]


# temporal 81535bfb50: the clock of the first start was kept over a retry.
@defect("timeouts")
class timeout_from_the_first_grant(Repository):
    """the timeout runs from the first lease of the attempt"""

    def transition_timed_out_attempts(self, now, args):
        self.first = getattr(self, "first", {})
        for attempt in list(self.attempts.values()):
            if attempt.started_at is not None:
                self.first.setdefault(attempt.id, attempt.started_at)
        kept = {a.id: a.started_at for a in self.attempts.values() if a.started_at is not None}
        for name in kept:
            self.attempts[name].started_at = min(kept[name], self.first[name])
        answer = super().transition_timed_out_attempts(now, args)
        for name, started_at in kept.items():
            if self.attempts[name].lease is not None:
                self.attempts[name].started_at = started_at
        return answer


# Oris: what was begun stays on the attempt that is given back.
@defect("timeouts")
class deadline_kept_over_a_reap(Repository):
    """after a reap the timeout runs from the lease before it, which nothing shows"""

    def reap(self, attempt, now):
        started = self.start_of(attempt)
        super().reap(attempt, now)
        attempt.kept = (attempt.delivery_count + 1, started)

    def start_of(self, attempt):
        delivery, started = getattr(attempt, "kept", (None, None))
        return started if delivery == attempt.delivery_count else attempt.started_at

    def transition_timed_out_attempts(self, now, args):
        shown = {a.id: a.started_at for a in self.attempts.values() if a.lease is not None}
        for name in shown:
            self.attempts[name].started_at = self.start_of(self.attempts[name])
        answer = super().transition_timed_out_attempts(now, args)
        for name, started_at in shown.items():
            if self.attempts[name].lease is not None:
                self.attempts[name].started_at = started_at
        return answer


@defect("counts_are_rows")
class reap_counts_requeued_only(Repository):
    """the reap does not count the attempts that it fails"""

    def expire_leases_and_requeue(self, now, args):
        failed = sum(a.status == "failed" for a in self.attempts.values())
        answer = super().expire_leases_and_requeue(now, args)
        failed = sum(a.status == "failed" for a in self.attempts.values()) - failed
        return {"count": answer["count"] - failed}


@defect("monotonic_sequences")
class sequence_of_all_runs(Repository):
    """events are numbered over all runs"""

    def append_run_event(self, now, args):
        answer = super().append_run_event(now, args)
        seq = sum(len(run["events"]) for run in self.runs.values())
        if answer["seq"] != seq:
            run = self.attempts[self.attempt_of_lease[args["lease_id"]]].spec["run_id"]
            self.runs[run]["events"][-1]["seq"] = seq
        return {"seq": seq}


# aws dynamodb-lock-client 56fc9a1: keys glued together from parts.
@defect("no_double_lease_rows")
class lease_id_used_twice(Repository):
    """the lease id is made of the attempt and the worker"""

    def new_lease_id(self, attempt, worker_id):
        return f"{attempt.id}/{worker_id}"


# celery #1628: acknowledged before it was safe.
@defect("conforms_to_model")
class ack_before_it_is_kept(Repository):
    """with --durable: an ack reaches the journal only with the next request"""

    def is_kept_at_once(self, operation):
        return operation != "ack_attempt"
