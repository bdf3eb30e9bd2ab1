#pragma once

#include <iosfwd>

#include "leasecheck/spec/operation.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "leasecheck/spec/state.hpp"

/// The model's values in words, for the messages of GoogleTest and RapidCheck; both find these
/// operators by argument-dependent lookup. Ids and payloads are quoted and escaped.
namespace leasecheck::model {

std::ostream& operator<<(std::ostream& out, Status status);
std::ostream& operator<<(std::ostream& out, ErrorCode code);
std::ostream& operator<<(std::ostream& out, const RetryPolicy& policy);
std::ostream& operator<<(std::ostream& out, const AttemptSpec& spec);
std::ostream& operator<<(std::ostream& out, const DispatchRecord& record);
std::ostream& operator<<(std::ostream& out, const LeaseRecord& record);
std::ostream& operator<<(std::ostream& out, const AttemptRecord& record);
std::ostream& operator<<(std::ostream& out, const DeadLetter& letter);
std::ostream& operator<<(std::ostream& out, const RunEvent& event);
std::ostream& operator<<(std::ostream& out, const RunRecord& run);
std::ostream& operator<<(std::ostream& out, const AckResult& result);
std::ostream& operator<<(std::ostream& out, const CountsByStatus& counts);
std::ostream& operator<<(std::ostream& out, const Snapshot& snapshot);
std::ostream& operator<<(std::ostream& out, const Outcome& outcome);
std::ostream& operator<<(std::ostream& out, const Action& action);

}  // namespace leasecheck::model
