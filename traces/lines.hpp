#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "traces/codec.hpp"
#include "traces/trace.hpp"

/// One line of a trace file: to text without a line's end, and back from JSON. The file as a whole,
/// and what its lines demand of each other, is the reader's.
namespace leasecheck::traces {

[[nodiscard]] std::string line_of(const Head& head);
[[nodiscard]] std::string line_of(const Step& step);
[[nodiscard]] std::string line_of(const Verdict& verdict);

/// The text of "k": "head", "step" or "verdict"; empty if there is none.
[[nodiscard]] std::string kind_of(const Json& line);

/// What a head says before its fields can be read: which format, of which model.
struct Format {
  std::int64_t schema = 0;
  std::string model;
};

[[nodiscard]] Decoded<Format> format_from_json(const Json& line);
[[nodiscard]] Decoded<Head> head_from_json(const Json& line);
[[nodiscard]] Decoded<Verdict> verdict_from_json(const Json& line);

/// Finds the operation of the call with this step number, which says what its answer looks like.
/// Returns: null when that step is not a call that still waits for its answer.
using FindCall = std::function<const model::Operation*(std::uint64_t number)>;

[[nodiscard]] Decoded<Step> step_from_json(const Json& line, const FindCall& find_call);

}  // namespace leasecheck::traces
