#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "leasecheck/spec/environment.hpp"
#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "traces/json.hpp"

/// The model's values as JSON, for traces and for the protocol with subjects alike: one spelling of
/// every field, whoever reads it. Decoding is strict: what comes back is exactly what went in, or
/// an error that names the field and what was expected there.
///
/// Integers are exact to 64 bits. A string that is not UTF-8, which JSON cannot hold, is written as
/// `{"hex":"…"}`. Times and durations are integers in milliseconds.
/// Thread: any; nothing here has state.
namespace leasecheck::traces {

/// Fields of records, each with its kind: "attempt.ready_at". See `model::record_name`.
using FieldNames = std::set<std::string, std::less<>>;

/// The arguments of an operation, without its name and its time.
[[nodiscard]] Json operation_args_to_json(const model::Operation& operation);

/// The same, printed, without a tree in between.
[[nodiscard]] std::string operation_args_to_text(const model::Operation& operation);

/// Errors: an unknown operation; a missing, mistyped or unknown argument.
[[nodiscard]] Decoded<model::Operation> operation_from_json(std::string_view name,
                                                            const Json& args);

/// `{"ok":…}` or `{"error":{"code":…}}`.
[[nodiscard]] Json outcome_to_json(const model::Outcome& outcome);

/// Decodes what `operation` answered. Fields beyond the contract's are ignored; those that are
/// `absent` are not read, and keep the value that a new record has.
[[nodiscard]] Decoded<model::Outcome> outcome_from_json(const model::Operation& operation,
                                                        const Json& json,
                                                        const FieldNames& absent = {});

[[nodiscard]] Json snapshot_to_json(const model::Snapshot& snapshot);

/// Fields beyond the contract's are ignored, and so are those that are `absent`.
[[nodiscard]] Decoded<model::Snapshot> snapshot_from_json(const Json& json,
                                                          const FieldNames& absent = {});

/// One record on its own, as it stands in a snapshot.
[[nodiscard]] Json record_to_json(const model::AttemptRecord& record);
[[nodiscard]] Json record_to_json(const model::LeaseRecord& record);
[[nodiscard]] Json record_to_json(const model::DeadLetter& letter);

/// What describes an event around the repository, without its name.
[[nodiscard]] Json environment_args_to_json(const model::Environment& event);

/// Errors: an unknown event; a missing, mistyped or unknown field.
[[nodiscard]] Decoded<model::Environment> environment_from_json(std::string_view name,
                                                                const Json& args);

}  // namespace leasecheck::traces
