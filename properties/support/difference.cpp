#include "properties/support/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "properties/support/observation.hpp"

namespace leasecheck::properties {
namespace {

struct Field {
  std::string name;
  std::string value;
};
using Fields = std::vector<Field>;

std::string text(const std::string& value) {
  return value;
}
std::string text(model::Time value) {
  return fmt::to_string(ms(value));
}
template <typename Value>
requires std::is_integral_v<Value> std::string text(Value value) {
  return fmt::to_string(value);
}
template <typename Value>
requires requires(Value value) {
  model::word(value);
}
std::string text(Value value) {
  return std::string(model::word(value));
}

/// Writes fields under a name that says of what: "a1.", "[3].", "".
class Writer {
 public:
  explicit Writer(Fields& fields, std::string prefix = "")
      : fields_(fields), prefix_(std::move(prefix)) {}

  template <typename Value>
  Writer& field(std::string_view name, const Value& value) {
    fields_.push_back({fmt::format("{}{}", prefix_, name), text(value)});
    return *this;
  }

  /// An absent value is an absent field.
  template <typename Value>
  Writer& field(std::string_view name, const std::optional<Value>& value) {
    return value ? field(name, *value) : *this;
  }

 private:
  Fields& fields_;
  std::string prefix_;
};

void write(Writer out, const model::AttemptRecord& attempt) {
  out.field("attempt_id", attempt.attempt_id)
      .field("run_id", attempt.run_id)
      .field("status", attempt.status)
      .field("attempt_no", attempt.attempt_no)
      .field("priority", attempt.priority)
      .field("ready_at", attempt.ready_at)
      .field("retry_at", attempt.retry_at)
      .field("started_at", attempt.started_at)
      .field("delivery_count", attempt.delivery_count)
      .field("version", attempt.version);
}

void write(Writer out, const model::LeaseRecord& lease) {
  out.field("lease_id", lease.lease_id)
      .field("attempt_id", lease.attempt_id)
      .field("worker_id", lease.worker_id)
      .field("lease_expires_at", lease.lease_expires_at)
      .field("heartbeat_at", lease.heartbeat_at)
      .field("version", lease.version)
      .field("execution_deadline", lease.execution_deadline);
}

void write(Writer out, const model::DeadLetter& letter) {
  out.field("attempt_id", letter.attempt_id)
      .field("run_id", letter.run_id)
      .field("attempt_no", letter.attempt_no)
      .field("reason", letter.reason)
      .field("dead_at", letter.dead_at);
}

void write(Writer out, const model::RunEvent& event) {
  out.field("seq", event.seq)
      .field("attempt_id", event.attempt_id)
      .field("kind", event.kind)
      .field("payload", event.payload)
      .field("at", event.at);
}

void write(Writer out, const model::DispatchRecord& dispatch) {
  out.field("attempt_id", dispatch.attempt_id)
      .field("run_id", dispatch.run_id)
      .field("attempt_no", dispatch.attempt_no)
      .field("status", dispatch.status)
      .field("retry_at", dispatch.retry_at);
}

void write(Writer out, const model::AckResult& result) {
  out.field("status", result.status)
      .field("attempt_no", result.attempt_no)
      .field("retry_at", result.retry_at);
}

void write(Writer out, const model::CountsByStatus& counts) {
  for (std::size_t i = 0; i < model::status_count; ++i) {
    out.field(model::word(static_cast<model::Status>(i)), counts.count[i]);
  }
}

Fields fields_of(const model::Snapshot& snapshot) {
  Fields fields;
  for (const auto& row : snapshot.attempts) write(Writer(fields, row.attempt_id + "."), row);
  for (const auto& row : snapshot.leases) {
    write(Writer(fields, fmt::format("lease of {}.", row.attempt_id)), row);
  }
  for (const auto& row : snapshot.dead_letters) {
    write(Writer(fields, fmt::format("dead letter of {}.", row.attempt_id)), row);
  }
  for (const auto& run : snapshot.runs) {
    for (std::size_t i = 0; i < run.events.size(); ++i) {
      write(Writer(fields, fmt::format("event {} of {}.", i + 1, run.run_id)), run.events[i]);
    }
  }
  return fields;
}

/// The fields of an answer, one overload per shape of `model::Answer`.
class AnswerFields {
 public:
  void operator()(const model::Done&) { Writer(fields).field("answer", std::string("done")); }
  void operator()(const model::Count& count) { Writer(fields).field("count", count.value); }
  void operator()(const model::Sequence& sequence) { Writer(fields).field("seq", sequence.value); }
  void operator()(const std::optional<model::LeaseRecord>& lease) {
    if (!lease) Writer(fields).field("answer", std::string("null"));
    if (lease) write(Writer(fields), *lease);
  }
  template <typename Record>
  void operator()(const Record& record) {
    write(Writer(fields), record);
  }
  template <typename Record>
  void operator()(const std::vector<Record>& records) {
    Writer(fields).field("length", records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      write(Writer(fields, fmt::format("[{}].", i)), records[i]);
    }
  }

  Fields fields;
};

Fields fields_of(const model::Outcome& outcome) {
  AnswerFields visitor;
  if (outcome) {
    std::visit(visitor, *outcome);
  } else {
    Writer(visitor.fields).field("error", outcome.error());
  }
  return std::move(visitor.fields);
}

std::string value_in(const Fields& fields, const std::string& name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? "nothing" : found->value;
}

std::optional<std::string> first_difference(const Fields& expected, const Fields& observed) {
  for (const Fields* fields : {&expected, &observed}) {
    for (const Field& field : *fields) {
      const std::string model = value_in(expected, field.name);
      const std::string subject = value_in(observed, field.name);
      if (model == subject) continue;
      return fmt::format("{}: the model says {}, the subject {}", field.name, model, subject);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> first_difference(const model::Snapshot& expected,
                                            const model::Snapshot& observed) {
  return first_difference(fields_of(expected), fields_of(observed));
}

std::optional<std::string> first_difference(const model::Outcome& expected,
                                            const model::Outcome& observed) {
  return first_difference(fields_of(expected), fields_of(observed));
}

}  // namespace leasecheck::properties
