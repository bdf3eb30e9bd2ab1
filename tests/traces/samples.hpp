#pragma once

#include <utility>
#include <vector>

#include "traces/trace.hpp"

/// One example of everything that a trace can hold.
namespace leasecheck::tests {

/// An operation with an answer that it can give.
struct Answered {
  model::Operation operation;
  model::Outcome outcome;
};

/// Every operation, and every shape of every answer, optional fields present and absent.
[[nodiscard]] std::vector<Answered> answered_operations();

/// Every kind of event.
[[nodiscard]] std::vector<model::Environment> events();

/// A violated run with all of the above, in a corpus.
[[nodiscard]] traces::Trace full_trace();

/// A run in which a claim succeeds: the shortest trace that has a line of each kind.
[[nodiscard]] traces::Trace short_trace();

/// Not UTF-8: a lone continuation byte, an overlong zero, half a surrogate pair, a cut sequence.
inline const std::string not_utf8 = "a\x80\xC0\x80\xED\xA0\x80\xF0\x9F";

}  // namespace leasecheck::tests
