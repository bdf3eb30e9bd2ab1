#include "properties/support/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "leasecheck/spec/fields.hpp"
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
  return ms(value);
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

/// Writes the fields of a record under a name that says of what: "a1.", "[3].", "".
class Writer {
 public:
  explicit Writer(Fields& out, std::string prefix = "") : out_(out), prefix_(std::move(prefix)) {}

  template <typename Value>
  void operator()(std::string_view name, const Value& value) {
    write(fmt::format("{}{}", prefix_, name), value);
  }

  /// An absent value is an absent field.
  template <typename Value>
  void operator()(std::string_view name, const std::optional<Value>& value) {
    if (value) (*this)(name, *value);
  }

  void payload(const std::string& payload) { (*this)("payload", payload); }

 private:
  /// One value, or the fields of a record within a record: "[0].lease.version".
  template <typename Value>
  void write(std::string name, const Value& value) {
    if constexpr (requires { text(value); }) {
      out_.push_back({std::move(name), text(value)});
    } else if constexpr (std::is_same_v<Value, model::Done>) {
      out_.push_back({std::move(name), "done"});
    } else {
      Writer inner(out_, name + ".");
      fields(inner, value);
    }
  }

  Fields& out_;
  std::string prefix_;
};

template <typename Record>
void write(Writer out, const Record& record) {
  fields(out, record);
}

Fields fields_of(const model::Snapshot& snapshot) {
  Fields fields;
  for (const auto& row : snapshot.attempts) write(Writer(fields, row.attempt_id + "."), row);
  for (const auto& row : snapshot.leases) {
    write(Writer(fields, fmt::format("{}.lease.", row.attempt_id)), row);
  }
  for (const auto& row : snapshot.dead_letters) {
    write(Writer(fields, fmt::format("{}.dead_letter.", row.attempt_id)), row);
  }
  for (const auto& run : snapshot.runs) {
    Writer{fields, fmt::format("run {}.", run.run_id)}("latest_seq", run.latest_seq);
    for (std::size_t i = 0; i < run.events.size(); ++i) {
      write(Writer(fields, fmt::format("{}.event {}.", run.run_id, i + 1)), run.events[i]);
    }
  }
  Writer{fields}("version_floor", snapshot.version_floor);
  return fields;
}

/// The fields of an answer, whatever its shape.
class AnswerFields {
 public:
  void operator()(const model::Done&) { Writer{fields}("answer", std::string("done")); }
  void operator()(const std::optional<model::LeaseRecord>& lease) {
    if (!lease) Writer{fields}("answer", std::string("null"));
    if (lease) write(Writer(fields), *lease);
  }
  template <typename Record>
  void operator()(const Record& record) {
    write(Writer(fields), record);
  }
  template <typename Record>
  void operator()(const std::vector<Record>& records) {
    Writer{fields}("length", records.size());
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
    Writer{visitor.fields}("error", outcome.error());
  }
  return std::move(visitor.fields);
}

std::string value_in(const Fields& fields, const std::string& name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? "absent" : found->value;
}

std::optional<std::string> first_difference(const Fields& expected, const Fields& observed) {
  for (const Fields* fields : {&expected, &observed}) {
    for (const Field& field : *fields) {
      const std::string model = value_in(expected, field.name);
      const std::string subject = value_in(observed, field.name);
      if (model == subject) continue;
      return fmt::format("{} is {} instead of {}", field.name, subject, model);
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
