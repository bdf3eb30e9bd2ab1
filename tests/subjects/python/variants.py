"""Ways to differ from the contract on purpose, as the handshake can say them.

A variant is correct as long as it announces itself; one that did not would be found at once.
"""

from repository import Refused, Repository, bytes_of

ALL = {}


def variant(**announcement):
    def register(repository):
        repository.announcement = announcement
        ALL[repository.__name__] = repository
        return repository

    return register


@variant(deviations=["ack_by_attempt"])
class ack_by_attempt(Repository):
    """an ack names an attempt and is taken from anyone; a repeated one is refused"""

    def ack_attempt(self, now, args):
        attempt = self.find(args["attempt_id"])
        if attempt.lease is None:
            raise Refused("stale_lease", f"{attempt.id} is {attempt.status}")
        held = args | {"lease_id": attempt.lease.lease_id, "worker_id": attempt.lease.worker_id}
        answer = super().ack_attempt(now, held)
        attempt.last_ack = None
        return answer


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
    """offers what the protocol requires and nothing else"""


def without(record, name):
    return {key: value for key, value in record.items() if key != name}
