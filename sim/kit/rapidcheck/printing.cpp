#include "leasecheck/printing.hpp"

#include <concepts>
#include <iomanip>
#include <ostream>
#include <type_traits>

namespace leasecheck::model {
namespace {

template <typename T>
concept Worded = requires(T value) {
  word(value);
};

void show(std::ostream& out, std::string_view text) {
  out << '"';
  for (const unsigned char byte : text) {
    if (byte >= 0x20 && byte < 0x7f) {
      out << byte;
    } else {
      out << "\\x" << std::hex << std::setw(2) << std::setfill('0') << int{byte} << std::dec;
    }
  }
  out << '"';
}

void show(std::ostream& out, const std::string& text) {
  show(out, std::string_view(text));
}
void show(std::ostream& out, Time time) {
  out << time.time_since_epoch().count();
}
void show(std::ostream& out, Duration duration) {
  out << duration.count() << "ms";
}
void show(std::ostream& out, std::integral auto value) {
  out << value;
}
void show(std::ostream& out, Worded auto value) {
  out << word(value);
}
void show(std::ostream& out, const RetryPolicy& policy) {
  out << policy;
}
void show(std::ostream& out, const AttemptSpec& spec) {
  out << spec;
}

template <typename T>
void show(std::ostream& out, const std::optional<T>& value) {
  show(out, *value);
}

/// Prints `name{field=value, …}`; absent optional fields are left out.
class Fields {
 public:
  Fields(std::ostream& out, std::string_view name) : out_(out) { out_ << name << '{'; }
  ~Fields() { out_ << '}'; }
  Fields(const Fields&) = delete;
  Fields& operator=(const Fields&) = delete;

  template <typename T>
  Fields& operator()(std::string_view name, const T& value) {
    out_ << separator_ << name << '=';
    separator_ = ", ";
    show(out_, value);
    return *this;
  }

  template <typename T>
  Fields& operator()(std::string_view name, const std::optional<T>& value) {
    return value ? (*this)(name, *value) : *this;
  }

 private:
  std::ostream& out_;
  std::string_view separator_;
};

template <typename T>
std::ostream& show_lines(std::ostream& out, std::string_view name, const std::vector<T>& values) {
  out << name << '[';
  for (const T& value : values) out << "\n    " << value;
  return out << "] ";
}

/// An operation's arguments.
struct Arguments {
  Fields& fields;

  void operator()(const Reset&) const {}
  void operator()(const CountByStatus&) const {}
  void operator()(const EnqueueAttempt& it) const { fields("spec", it.spec); }
  void operator()(const ListDispatchableAttempts& it) const {
    fields("at", it.at)("limit", it.limit);
  }
  void operator()(const UpsertLease& it) const {
    fields("attempt_id", it.attempt_id)("worker_id", it.worker_id);
    fields("lease_expires_at", it.lease_expires_at);
  }
  void operator()(const HeartbeatLease& it) const {
    fields("lease_id", it.lease_id)("heartbeat_at", it.heartbeat_at);
    fields("lease_expires_at", it.lease_expires_at);
  }
  void operator()(const HeartbeatLeaseWithVersion& it) const {
    fields("lease_id", it.lease_id)("worker_id", it.worker_id);
    fields("expected_version", it.expected_version)("heartbeat_at", it.heartbeat_at);
    fields("lease_expires_at", it.lease_expires_at);
  }
  void operator()(const ExpireLeasesAndRequeue& it) const {
    fields("stale_before", it.stale_before);
  }
  void operator()(const TransitionTimedOutAttempts& it) const { fields("at", it.at); }
  void operator()(const LatestSeqForRun& it) const { fields("run_id", it.run_id); }
  void operator()(const StartAttempt& it) const {
    fields("lease_id", it.lease_id)("worker_id", it.worker_id);
  }
  void operator()(const ReleaseLease& it) const {
    fields("lease_id", it.lease_id)("worker_id", it.worker_id);
  }
  void operator()(const AckAttempt& it) const {
    fields("lease_id", it.lease_id)("worker_id", it.worker_id)("outcome", it.outcome);
  }
  void operator()(const AppendRunEvent& it) const {
    fields("lease_id", it.lease_id)("worker_id", it.worker_id)("kind", it.kind);
    fields("payload", it.payload);
  }
  void operator()(const CancelAttempt& it) const { fields("attempt_id", it.attempt_id); }
  void operator()(const ReplayDeadLetter& it) const { fields("attempt_id", it.attempt_id); }
  void operator()(const ListDeadLetters& it) const { fields("limit", it.limit); }
  void operator()(const GetAttempt& it) const { fields("attempt_id", it.attempt_id); }
  void operator()(const GetLease& it) const { fields("lease_id", it.lease_id); }
  void operator()(const GetLeaseForAttempt& it) const { fields("attempt_id", it.attempt_id); }
  void operator()(const QueueDepth& it) const { fields("at", it.at); }
  void operator()(const ListRunEvents& it) const {
    fields("run_id", it.run_id)("after", it.after)("limit", it.limit);
  }
};

struct ShowAnswer {
  std::ostream& out;

  void operator()(const Done&) const { out << "done"; }
  void operator()(const Count& it) const { out << "count " << it.value; }
  void operator()(const Sequence& it) const { out << "seq " << it.value; }
  void operator()(const std::optional<LeaseRecord>& it) const {
    it ? out << *it : out << "no lease";
  }
  template <typename T>
  void operator()(const std::vector<T>& it) const {
    show_lines(out, "", it);
  }
  void operator()(const auto& it) const { out << it; }
};

}  // namespace

std::ostream& operator<<(std::ostream& out, Status status) {
  return out << word(status);
}

std::ostream& operator<<(std::ostream& out, ErrorCode code) {
  return out << word(code);
}

std::ostream& operator<<(std::ostream& out, const RetryPolicy& it) {
  Fields(out, word(it.strategy))("backoff", it.backoff)("max_backoff", it.max_backoff)(
      "multiplier", it.multiplier)("max_retries", it.max_retries);
  return out;
}

std::ostream& operator<<(std::ostream& out, const AttemptSpec& it) {
  Fields(out, "spec")("attempt_id", it.attempt_id)("run_id", it.run_id)("priority", it.priority)(
      "not_before", it.not_before)("timeout", it.timeout)("on_timeout", it.on_timeout)(
      "retry_policy", it.retry_policy)("max_deliveries", it.max_deliveries)("tenant_id",
                                                                            it.tenant_id);
  return out;
}

std::ostream& operator<<(std::ostream& out, const DispatchRecord& it) {
  Fields(out, "dispatch")("attempt_id", it.attempt_id)("run_id", it.run_id)(
      "attempt_no", it.attempt_no)("status", it.status)("retry_at", it.retry_at);
  return out;
}

std::ostream& operator<<(std::ostream& out, const LeaseRecord& it) {
  Fields(out, "lease")("lease_id", it.lease_id)("attempt_id", it.attempt_id)(
      "worker_id", it.worker_id)("lease_expires_at", it.lease_expires_at)(
      "heartbeat_at", it.heartbeat_at)("version", it.version)("execution_deadline",
                                                              it.execution_deadline);
  return out;
}

std::ostream& operator<<(std::ostream& out, const AttemptRecord& it) {
  Fields(out, "attempt")("attempt_id", it.attempt_id)("run_id", it.run_id)(
      "attempt_no", it.attempt_no)("status", it.status)("priority", it.priority)(
      "ready_at", it.ready_at)("retry_at", it.retry_at)("started_at", it.started_at)(
      "delivery_count", it.delivery_count)("version", it.version);
  return out;
}

std::ostream& operator<<(std::ostream& out, const DeadLetter& it) {
  Fields(out, "dead_letter")("attempt_id", it.attempt_id)("run_id", it.run_id)(
      "attempt_no", it.attempt_no)("reason", it.reason)("dead_at", it.dead_at);
  return out;
}

std::ostream& operator<<(std::ostream& out, const RunEvent& it) {
  Fields(out, "event")("seq", it.seq)("attempt_id", it.attempt_id)("kind", it.kind)(
      "payload", it.payload)("at", it.at);
  return out;
}

std::ostream& operator<<(std::ostream& out, const RunRecord& it) {
  Fields(out, "run")("run_id", it.run_id);
  return show_lines(out, "", it.events);
}

std::ostream& operator<<(std::ostream& out, const AckResult& it) {
  Fields(out, "ack")("status", it.status)("attempt_no", it.attempt_no)("retry_at", it.retry_at);
  return out;
}

std::ostream& operator<<(std::ostream& out, const CountsByStatus& it) {
  Fields fields(out, "counts");
  for (std::size_t status = 0; status < status_count; ++status) {
    fields(word(static_cast<Status>(status)), it.count[status]);
  }
  return out;
}

std::ostream& operator<<(std::ostream& out, const Snapshot& it) {
  show_lines(out, "attempts", it.attempts);
  show_lines(out, "leases", it.leases);
  show_lines(out, "dead_letters", it.dead_letters);
  return show_lines(out, "runs", it.runs);
}

std::ostream& operator<<(std::ostream& out, const Outcome& it) {
  if (!it) return out << it.error();
  std::visit(ShowAnswer{out}, *it);
  return out;
}

std::ostream& operator<<(std::ostream& out, const Action& it) {
  out << "at " << it.now.time_since_epoch().count() << ' ';
  Fields fields(out, name_of(it.operation));
  std::visit(Arguments{fields}, it.operation);
  return out;
}

}  // namespace leasecheck::model
