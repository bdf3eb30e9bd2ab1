"""Ways to differ from the contract on purpose, as the handshake can say them.

A variant is correct as long as it announces itself; one that did not would be found at once.
"""

from repository import Refused, Repository, bytes_of, normal_spec, without_nulls

ALL = {}


def variant(**announcement):
    def register(repository):
        repository.announcement = announcement
        ALL[repository.__name__] = repository
        return repository

    return register


class NamesAttempts(Repository):
    """An ack is for the attempt that it names, if that is held."""

    def ack_attempt(self, now, args):
        attempt = self.find(args["attempt_id"])
        if attempt.lease is None or not self.may_ack(attempt, args):
            return self.refuse_ack(attempt)
        held = args | {"lease_id": attempt.lease.lease_id, "worker_id": attempt.lease.worker_id}
        answer = super().ack_attempt(now, held)
        attempt.last_ack = None
        return answer

    def may_ack(self, attempt, args):
        return True

    def refuse_ack(self, attempt):
        raise Refused("stale_lease", f"{attempt.id} is {attempt.status}")


@variant(ack={"holder": "anyone", "repeat": "refused"})
class ack_by_anyone(NamesAttempts):
    """an ack names an attempt and is taken from anyone; a repeated one is refused"""


@variant(ack={"holder": "worker", "repeat": "refused", "stale": "ignored"})
class ack_by_worker(NamesAttempts):
    """an ack names an attempt and is taken from its worker; any other is Ok and does nothing"""

    def may_ack(self, attempt, args):
        return attempt.lease.worker_id == args["worker_id"]

    def refuse_ack(self, attempt):
        return without_nulls({"status": attempt.status, "attempt_no": attempt.attempt_no,
                              "retry_at": attempt.retry_at})


@variant(ack={"holder": "lease"})
class ack_by_lease(Repository):
    """an ack shows a lease, and whoever knows that may give it"""

    def ack_attempt(self, now, args):
        attempt_id = self.attempt_of_lease.get(args["lease_id"])
        if attempt_id is not None:
            return super().ack_attempt(now, args | {
                "worker_id": self.attempts[attempt_id].lease.worker_id})
        for attempt in self.attempts.values():
            if attempt.last_ack is not None and attempt.last_ack[0][0] == args["lease_id"]:
                args = args | {"worker_id": attempt.last_ack[0][1]}
        return super().ack_attempt(now, args)


@variant(lease={"heartbeat": "set"})
class heartbeats_set(Repository):
    """a heartbeat may shorten a lease"""

    def renew(self, attempt, args):
        super().renew(attempt, args)
        attempt.lease.expires_at = args["lease_expires_at"]
        attempt.lease.heartbeat_at = args["heartbeat_at"]


@variant(lease={"late_holder": "refused"})
class late_holders_are_refused(Repository):
    """an expired lease is of no use to its holder, reaped or not"""

    def refuse_late(self, now, args):
        attempt_id = self.attempt_of_lease.get(args["lease_id"])
        if attempt_id is not None and self.attempts[attempt_id].lease.expires_at < now:
            raise Refused("stale_lease", f"{args['lease_id']} has expired")

    def heartbeat_lease(self, now, args):
        self.refuse_late(args["heartbeat_at"], args)
        return super().heartbeat_lease(now, args)

    def heartbeat_lease_with_version(self, now, args):
        self.refuse_late(args["heartbeat_at"], args)
        return super().heartbeat_lease_with_version(now, args)

    def start_attempt(self, now, args):
        self.refuse_late(now, args)
        return super().start_attempt(now, args)

    def release_lease(self, now, args):
        self.refuse_late(now, args)
        return super().release_lease(now, args)

    def ack_attempt(self, now, args):
        self.refuse_late(now, args)
        return super().ack_attempt(now, args)

    def append_run_event(self, now, args):
        self.refuse_late(now, args)
        return super().append_run_event(now, args)


@variant(known_id="ignored")
class known_ids_are_ignored(Repository):
    """enqueuing a known id is Ok, whatever the rest"""

    def enqueue_attempt(self, now, args):
        spec = normal_spec(args)
        return {} if spec["attempt_id"] in self.attempts else super().enqueue_attempt(now, args)


@variant(known_id="refused")
class known_ids_are_refused(Repository):
    """enqueuing a known id is an error, even if all is the same"""

    def enqueue_attempt(self, now, args):
        spec = normal_spec(args)
        if spec["attempt_id"] in self.attempts:
            raise Refused("already_exists", f"{spec['attempt_id']} is known")
        return super().enqueue_attempt(now, args)


@variant(dispatch_order="enqueue_fifo", priorities="lower_first")
class back_in_its_place(Repository):
    """what is requeued goes back to its place; low priorities go first"""

    def dispatch_key(self, attempt):
        return (attempt.spec["priority"], attempt.enqueue_seq)


@variant(dispatch_order="requeue_first", priorities="none")
class returned_first(Repository):
    """what was handed out before goes before what never was"""

    def dispatch_key(self, attempt):
        return (attempt.delivery_count == 0, attempt.ready_at, attempt.enqueue_seq)


@variant(dispatch_order="none")
class in_no_order(Repository):
    """dispatches by a hash of the id and how often it was asked"""

    def due(self, now):
        self.asked = getattr(self, "asked", 0) + 1
        due = [a for a in self.attempts.values() if self.is_dispatchable(a, now)]
        return sorted(due, key=lambda a: (hash_of(a.id, self.asked), a.id))


def hash_of(text, salt):
    value = salt
    for byte in text.encode():
        value = (value * 16777619 ^ byte) & 0xFFFFFFFF
    return value


@variant(deviations=["no_delivery_count"])
class no_delivery_count(Repository):
    """deliveries are neither counted nor limited"""

    def get_attempt(self, now, args):
        return without(super().get_attempt(now, args), "delivery_count")

    def snapshot(self, now, args):
        taken = super().snapshot(now, args)
        taken["attempts"] = [without(record, "delivery_count") for record in taken["attempts"]]
        return taken

    def list_attempts(self, now, args):
        page = super().list_attempts(now, args)["attempts"]
        return {"attempts": [without(record, "delivery_count") for record in page]}


@variant(deviations=["lease_version_restarts"])
class lease_version_restarts(Repository):
    """the version begins at 1 with every grant"""

    def grant(self, attempt, now, args):
        attempt.version = 0
        super().grant(attempt, now, args)

    def get_attempt(self, now, args):
        return without(super().get_attempt(now, args), "version")

    def snapshot(self, now, args):
        taken = super().snapshot(now, args)
        taken["attempts"] = [without(record, "version") for record in taken["attempts"]]
        return taken

    def list_attempts(self, now, args):
        page = super().list_attempts(now, args)["attempts"]
        return {"attempts": [without(record, "version") for record in page]}


@variant(dispatch_order="attempt_id",
         absent=["attempt.ready_at", "spec.not_before", "spec.on_timeout=retry"])
class ordered_by_attempt_id(Repository):
    """dispatches by priority, attempt number and id; knows no ready_at and no not_before"""

    def enqueue_attempt(self, now, args):
        assert "not_before" not in args and args["on_timeout"] != "retry"
        return super().enqueue_attempt(now, args)

    def ack_attempt(self, now, args):
        assert "attempt_id" not in args
        return super().ack_attempt(now, args)

    def dispatch_key(self, attempt):
        return (-attempt.spec["priority"], attempt.attempt_no, bytes_of(attempt.id))

    def get_attempt(self, now, args):
        return without(super().get_attempt(now, args), "ready_at")

    def snapshot(self, now, args):
        taken = super().snapshot(now, args)
        taken["attempts"] = [without(record, "ready_at") for record in taken["attempts"]]
        return taken

    def list_attempts(self, now, args):
        page = super().list_attempts(now, args)["attempts"]
        return {"attempts": [without(record, "ready_at") for record in page]}


@variant(operations=["reset", "enqueue_attempt", "list_dispatchable_attempts", "upsert_lease",
                     "heartbeat_lease", "expire_leases_and_requeue", "latest_seq_for_run"])
class required_only(Repository):
    """offers the six methods and nothing else"""


@variant(operations=["reset", "enqueue_attempt", "claim_attempts", "heartbeat_lease_with_version",
                     "expire_leases_and_requeue", "ack_attempt", "snapshot"])
class claims_several_only(Repository):
    """hands out what it chooses; nobody can list or claim by id"""


@variant(operations=["reset", "enqueue_attempt", "claim_attempts", "ack_attempt"])
class never_lapses(Repository):
    """leases are neither renewed nor reaped"""


def without(record, name):
    return {key: value for key, value in record.items() if key != name}
