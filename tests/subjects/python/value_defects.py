"""Defects of how values are kept and compared, each with the dimension of values and the property that
find it. Plain values show two of them as well: times_of_32_bits and ties_by_id.

The dimensions are those of `leasecheck simulate --values`.
"""

import re
import unicodedata
import zlib
from datetime import datetime, timedelta, timezone

from repository import (LARGEST, MOST_COUNTED, Repository, bytes_of, is_integer, need, need_limit,
                        normal_spec)

ALL = {}


def defect(dimension, property_name):
    def register(made):
        made.dimension = dimension
        made.property_name = property_name
        ALL[made.__name__] = made
        return made

    return register


class Keyed(dict):
    """A dictionary that takes two names for the same if `key` of them is; it keeps the first."""

    def __init__(self, key):
        super().__init__()
        self.key = key
        self.first = {}

    def first_of(self, name):
        return self.first.get(self.key(name), name)

    def __getitem__(self, name):
        return super().__getitem__(self.first_of(name))

    def __setitem__(self, name, value):
        super().__setitem__(self.first.setdefault(self.key(name), name), value)

    def __delitem__(self, name):
        super().__delitem__(self.first.pop(self.key(name)))

    def __contains__(self, name):
        return super().__contains__(self.first_of(name))

    def get(self, name, default=None):
        return super().get(self.first_of(name), default)

    def setdefault(self, name, default):
        return super().setdefault(self.first.setdefault(self.key(name), name), default)


class WithKeys(Repository):
    """Attempts and runs are found by a key that is made of their ids."""

    def _clear(self):
        super()._clear()
        self.attempts = Keyed(self.key)
        self.runs = Keyed(self.key)


# apache/airflow #17897: the default collation of MySQL.
@defect("id_case", "conforms_to_model")
class ids_without_case(WithKeys):
    """ids are compared without case"""

    def key(self, name):
        return name.casefold()


@defect("id_case", "holder_only")
class workers_without_case(Repository):
    """a lease is anybody's whose name differs in case only"""

    def held(self, args):
        attempt = self.leased(args["lease_id"])
        if attempt.lease.worker_id.casefold() == args["worker_id"].casefold():
            args = args | {"worker_id": attempt.lease.worker_id}
        return super().held(args)


# inclusionAI/Avernet #789: a collation of bytes pads with blanks all the same.
@defect("id_blanks", "several_as_single")
class ids_without_trailing_blanks(WithKeys):
    """ids are compared without trailing blanks"""

    def key(self, name):
        return name.rstrip(" ")


@defect("id_blanks", "conforms_to_model")
class ids_are_trimmed(WithKeys):
    """ids are compared without any white space around them"""

    def key(self, name):
        return name.strip()


@defect("id_prefixes", "conforms_to_model")
class ids_of_64_characters(WithKeys):
    """only the first 64 characters of an id are looked at"""

    def key(self, name):
        return name[:64]


@defect("id_longest", "conforms_to_model")
class ids_of_250_bytes(WithKeys):
    """only the first 250 bytes of an id are looked at"""

    def key(self, name):
        return bytes_of(name)[:250].decode("utf-8", "replace")


@defect("id_normal_forms", "conforms_to_model")
class ids_are_normalised(WithKeys):
    """ids are compared in Unicode's composed form"""

    def key(self, name):
        return unicodedata.normalize("NFC", name)


@defect("id_numbers", "conforms_to_model")
class ids_as_numbers(WithKeys):
    """ids of digits are compared as numbers"""

    def key(self, name):
        return str(int(name)) if name.isascii() and name.isdigit() else name


@defect("id_order", "listed_exactly")
class listed_without_case(Repository):
    """attempts are listed in the order of their ids without case"""

    def list_attempts(self, now, args):
        answer = super().list_attempts(now, args | {"limit": LARGEST})
        answer["attempts"].sort(key=lambda record: record["attempt_id"].casefold())
        return {"attempts": answer["attempts"][:args["limit"]]}


@defect("id_order", "listed_exactly")
class listed_in_order_of_utf_16(Repository):
    """attempts are listed in the order of their ids in UTF-16"""

    def list_attempts(self, now, args):
        answer = super().list_attempts(now, args | {"limit": LARGEST})
        answer["attempts"].sort(key=lambda record: record["attempt_id"].encode("utf-16-be"))
        return {"attempts": answer["attempts"][:args["limit"]]}


@defect("id_markup", "listed_exactly")
class run_is_a_pattern(Repository):
    """the run of a list is a pattern as LIKE has them"""

    def matches(self, attempt, args):
        if args.get("run_id") is not None and is_like(attempt.spec["run_id"], args["run_id"]):
            args = args | {"run_id": None}
        return super().matches(attempt, args)


def is_like(text, pattern):
    parts = {"%": ".*", "_": "."}
    return re.fullmatch("".join(parts.get(c) or re.escape(c) for c in pattern), text, re.DOTALL)


@defect("id_markup", "monotonic_sequences")
class null_is_nothing(Repository):
    """latest_seq_for_run takes a run that is called null, undefined, NaN or true for none"""

    def latest_seq_for_run(self, now, args):
        if args.get("run_id", "").lower() in ("null", "undefined", "nan", "true"):
            return {"seq": 0}
        return super().latest_seq_for_run(now, args)


# argoproj/argo-workflows #16376: a node's id is a hash of its name.
@defect("id_hashes", "several_as_single")
class ids_are_hashes(WithKeys):
    """ids are kept as their CRC of 32 bits"""

    def key(self, name):
        return str(zlib.crc32(bytes_of(name)))


@defect("id_crossing", "monotonic_sequences")
class one_name_space(Repository):
    """latest_seq_for_run counts the events of the attempt where a run is called like one"""

    def latest_seq_for_run(self, now, args):
        answer = super().latest_seq_for_run(now, args)
        if args["run_id"] in self.attempts:
            events = self.runs.get(args["run_id"], {"events": []})["events"]
            return {"seq": sum(e["attempt_id"] == args["run_id"] for e in events)}
        return answer


class WithStoredExpiry(Repository):
    """Leases expire when what was stored of their expiry says so."""

    def is_stale(self, attempt, stale_before, now):
        if attempt.lease is None:
            return False
        return self.stored(attempt.lease.expires_at) < self.stored(stale_before)


@defect("epoch", "requeue_after_grace")
class times_of_32_bits(WithStoredExpiry):
    """expiries are kept in whole seconds of 32 bits"""

    def stored(self, time):
        return (time // 1000 + 2**31) % 2**32 - 2**31


@defect("epoch", "requeue_after_grace")
class times_as_text(WithStoredExpiry):
    """expiries are compared as decimal text"""

    def stored(self, time):
        return str(time)


# kagkarlsson/db-scheduler #803: times in a column without a zone.
@defect("epoch", "requeue_after_grace")
class times_of_a_zone(WithStoredExpiry):
    """expiries are kept in the local time of a zone with daylight-saving time"""

    def stored(self, time):
        try:
            utc = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=time)
        except OverflowError:
            return time
        # The European Union's: from the last Sunday of March to that of October, at 01:00 UTC.
        begins, ends = (last_sunday(utc.year, month) for month in (3, 10))
        return time + (3_600_000 if begins <= utc < ends else 0)


def last_sunday(year, month):
    last = datetime(year, month, 31, 1, tzinfo=timezone.utc)
    return last - timedelta(days=(last.weekday() + 1) % 7)


# OptimalBits/bull #244: a timer of 32 bits fires at once.
@defect("distances", "never_early")
class waits_of_32_bits(Repository):
    """a not_before that is 2^31 ms ahead or more is no wait"""

    def is_dispatchable(self, attempt, now):
        not_before = attempt.spec["not_before"]
        if attempt.status == "queued" and not_before is not None and not_before - now >= 2**31:
            return True
        return super().is_dispatchable(attempt, now)


@defect("distances", "timeouts")
class timeouts_of_32_bits(Repository):
    """the deadline of a lease is shown 2^32 ms too early where it is at least as far away"""

    def upsert_lease(self, now, args):
        return shortened(super().upsert_lease(now, args))

    def snapshot(self, now, args):
        taken = super().snapshot(now, args)
        taken["leases"] = [shortened(lease) for lease in taken["leases"]]
        return taken


def shortened(lease):
    deadline = lease.get("execution_deadline")
    if deadline is None or deadline - lease["heartbeat_at"] < 2**32:
        return lease
    return lease | {"execution_deadline": deadline - 2**32}


@defect("numbers", "dispatch_order")
class priority_of_16_bits(Repository):
    """priorities are compared in 16 bits"""

    def dispatch_key(self, attempt):
        priority = (attempt.spec["priority"] + 2**15) % 2**16 - 2**15
        return (-priority,) + super().dispatch_key(attempt)[1:]


@defect("numbers", "counts_are_rows")
class limit_of_32_bits(Repository):
    """limits of letters, attempts and events are kept in 32 bits, but for the largest of 64"""

    def list_dead_letters(self, now, args):
        return super().list_dead_letters(now, narrow(args))

    def list_attempts(self, now, args):
        return super().list_attempts(now, narrow(args))

    def list_run_events(self, now, args):
        return super().list_run_events(now, narrow(args))


def narrow(args):
    need_limit(args)
    limit = args["limit"]
    return args if limit == 2**64 - 1 else args | {"limit": limit % 2**32}


@defect("policies", "never_early")
class backoff_of_32_bits(Repository):
    """the backoff wraps around at 32 bits"""

    def backoff(self, policy, attempt_no):
        return max(1, (super().backoff(policy, attempt_no) + 2**31) % 2**32 - 2**31)


@defect("policies", "never_early")
class cap_before_the_last_step(Repository):
    """the cap is looked at before the wait is multiplied for the last time"""

    def backoff(self, policy, attempt_no):
        cap = policy["max_backoff"]
        if cap is None or policy["strategy"] == "fixed" or attempt_no == 1:
            return super().backoff(policy, attempt_no)
        before = super().backoff(policy, attempt_no - 1)
        return before if before * policy["multiplier"] >= cap else before * policy["multiplier"]


FIELDS = ("run_id", "not_before", "timeout", "on_timeout", "max_deliveries",
          "tenant_id", "retry_policy")
FIELDS_OF_POLICIES = ("strategy", "backoff", "max_backoff", "multiplier", "max_retries")


class WithoutComparison(Repository):
    """An enqueue of a known id does not compare one field."""

    def enqueue_attempt(self, now, args):
        spec = normal_spec(args)
        known = self.attempts.get(spec["attempt_id"])
        if known is not None and self.without_field(known.spec) == self.without_field(spec):
            return {}
        return super().enqueue_attempt(now, args)


# OptimalBits/bull #2236, graphile/worker #312: the key wins, and the rest is not looked at.
def not_compared(field):
    class ignored(WithoutComparison):
        __doc__ = f"a repeated enqueue may have another {field}"

        def without_field(self, spec):
            return spec | {field: None}

    return ignored


def not_compared_of_policy(field):
    class ignored(WithoutComparison):
        __doc__ = f"a repeated enqueue may have a policy with another {field}"

        def without_field(self, spec):
            policy = spec["retry_policy"]
            return spec if policy is None else spec | {"retry_policy": policy | {field: None}}

    return ignored


def register_fields():
    for fields, make in ((FIELDS, not_compared), (FIELDS_OF_POLICIES, not_compared_of_policy)):
        for field in fields:
            made = make(field)
            made.__name__ = f"{field}_not_compared"
            defect("spec_fields", "conforms_to_model")(made)


register_fields()


class WithStoredPayloads(Repository):
    def append_run_event(self, now, args):
        need("payload" in args, "payload is missing")
        return super().append_run_event(now, args | {"payload": self.stored(args["payload"])})


# taskforcesh/bullmq #264: `data || {}`.
@defect("payloads", "conforms_to_model")
class falsy_payloads_are_lost(WithStoredPayloads):
    """a payload that is 0, false or empty is kept as null"""

    def stored(self, payload):
        return payload or None


@defect("payloads", "conforms_to_model")
class payloads_without_nul(WithStoredPayloads):
    """U+0000 is taken out of payloads that are strings"""

    def stored(self, payload):
        return payload.replace("\0", "") if isinstance(payload, str) else payload


@defect("payloads", "conforms_to_model")
class payloads_of_floats(WithStoredPayloads):
    """payloads that are integers are kept as floating-point numbers"""

    def stored(self, payload):
        is_number = isinstance(payload, int) and not isinstance(payload, bool)
        return int(float(payload)) if is_number else payload


@defect("payloads", "conforms_to_model")
class payloads_of_64_kib(WithStoredPayloads):
    """payloads that are strings are cut after 65535 characters"""

    def stored(self, payload):
        return payload[:65535] if isinstance(payload, str) else payload


@defect("same_instant", "dispatch_order")
class ties_by_id(Repository):
    """what is due at the same instant is listed by id"""

    def dispatch_key(self, attempt):
        return super().dispatch_key(attempt)[:2] + (attempt.id,)


@defect("invalid_ids", "conforms_to_model")
class ids_of_255_characters(Repository):
    """latest_seq_for_run takes an id of 255 characters, however many bytes they are"""

    def latest_seq_for_run(self, now, args):
        run_id = args.get("run_id")
        if isinstance(run_id, str) and len(run_id) == 255:
            return {"seq": self.runs.get(run_id, {"latest_seq": 0})["latest_seq"]}
        return super().latest_seq_for_run(now, args)


@defect("invalid_ids", "conforms_to_model")
class empty_ids(Repository):
    """get and cancel take an empty id for one of no attempt, and not for an invalid argument"""

    def get_attempt(self, now, args):
        return self.find("") if args["attempt_id"] == "" else super().get_attempt(now, args)

    def cancel_attempt(self, now, args):
        return self.find("") if args["attempt_id"] == "" else super().cancel_attempt(now, args)


@defect("invalid_policies", "conforms_to_model")
class policies_are_clamped(Repository):
    """a backoff, multiplier or max_retries beyond its limits is taken as the nearest within them"""

    def enqueue_attempt(self, now, args):
        policy = args.get("retry_policy")
        if policy is not None:
            limits = {"backoff": (0, LARGEST), "multiplier": (1, MOST_COUNTED),
                      "max_retries": (0, MOST_COUNTED)}
            clamped = {name: max(least, min(most, policy[name]))
                       for name, (least, most) in limits.items()}
            args = args | {"retry_policy": policy | clamped}
        return super().enqueue_attempt(now, args)


@defect("invalid_policies", "conforms_to_model")
class counts_are_not_checked(Repository):
    """a max_deliveries beyond its limits is taken as none"""

    def enqueue_attempt(self, now, args):
        most = args.get("max_deliveries")
        if most is None or is_integer(most, 1, MOST_COUNTED):
            return super().enqueue_attempt(now, args)
        return super().enqueue_attempt(now, args | {"max_deliveries": None})


# coleifer/huey #915, kagkarlsson/db-scheduler #58: one page is taken for all.
@defect("crowd", "requeue_after_grace")
class reap_of_one_page(Repository):
    """a reap takes a page of 100"""

    def expire_leases_and_requeue(self, now, args):
        self.left = 100
        answer = super().expire_leases_and_requeue(now, args)
        self.left = None
        return answer

    def is_stale(self, attempt, stale_before, now):
        if not super().is_stale(attempt, stale_before, now) or self.left == 0:
            return False
        self.left -= 1
        return True


@defect("crowd", "dispatch_order")
class list_of_one_page(Repository):
    """a list of what is dispatchable has at most 250 entries"""

    def list_dispatchable_attempts(self, now, args):
        need_limit(args)
        limit = min(args["limit"], 250)
        return super().list_dispatchable_attempts(now, args | {"limit": limit})


@defect("crowd", "counts_are_rows")
class letters_of_one_page(Repository):
    """a list of dead letters has at most 100 entries"""

    def list_dead_letters(self, now, args):
        need_limit(args)
        return super().list_dead_letters(now, args | {"limit": min(args["limit"], 100)})


@defect("crowd", "conforms_to_model")
class events_of_one_page(Repository):
    """a list of events has at most 100 entries"""

    def list_run_events(self, now, args):
        need_limit(args)
        return super().list_run_events(now, args | {"limit": min(args["limit"], 100)})
