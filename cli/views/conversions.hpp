#pragma once

#include <string>

#include "traces/trace.hpp"

/// A trace in the formats of other people's tools.
namespace leasecheck::cli {

/// Chrome's trace events, for https://ui.perfetto.dev: a track for each worker, reaper and client,
/// leases as slices in three strengths, calls and events as instants.
/// Units: microseconds since the run began, as the format demands.
/// Source: "Trace Event Format", Google, 2016.
[[nodiscard]] std::string perfetto_json(const traces::Trace& trace);

/// The calls as a JSON array of porcupine's `Operation`: ClientId, Input, Call, Output, Return. A
/// call that nobody answered returns after the end of the trace with a null output. Units:
/// nanoseconds since the run began. Source:
/// https://pkg.go.dev/github.com/anishathalye/porcupine#Operation
[[nodiscard]] std::string porcupine_json(const traces::Trace& trace);

/// The calls as a Jepsen history: one map in EDN for each line, `:invoke` and then `:ok`, `:fail`
/// for a refusal, or `:info` where nobody knows. Units: nanoseconds since the run began. Source:
/// https://github.com/jepsen-io/history
[[nodiscard]] std::string jepsen_edn(const traces::Trace& trace);

/// A sequence diagram for Mermaid, which GitHub draws.
[[nodiscard]] std::string mermaid_sequence(const traces::Trace& trace);

/// A table with commas, quoted as in RFC 4180, with lines that end in LF: step, milliseconds since
/// the run began, who, what, what changed.
[[nodiscard]] std::string csv_table(const traces::Trace& trace);

}  // namespace leasecheck::cli
