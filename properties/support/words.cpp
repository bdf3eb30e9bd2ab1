#include "properties/support/words.hpp"

#include <fmt/format.h>

#include <variant>

namespace leasecheck::properties {
namespace {

struct Words {
  std::string_view operator()(const model::Reset&) const { return "a reset"; }
  std::string_view operator()(const model::EnqueueAttempt&) const { return "an enqueue"; }
  std::string_view operator()(const model::ListDispatchableAttempts&) const {
    return "a list of dispatchable attempts";
  }
  std::string_view operator()(const model::UpsertLease&) const { return "a claim"; }
  std::string_view operator()(const model::HeartbeatLease&) const { return "a heartbeat"; }
  std::string_view operator()(const model::HeartbeatLeaseWithVersion&) const {
    return "a versioned heartbeat";
  }
  std::string_view operator()(const model::ExpireLeasesAndRequeue&) const { return "a reap"; }
  std::string_view operator()(const model::TransitionTimedOutAttempts&) const {
    return "a timeout tick";
  }
  std::string_view operator()(const model::LatestSeqForRun&) const {
    return "a look at a run's latest sequence";
  }
  std::string_view operator()(const model::StartAttempt&) const { return "a start"; }
  std::string_view operator()(const model::ReleaseLease&) const { return "a release"; }
  std::string_view operator()(const model::AckAttempt&) const { return "an ack"; }
  std::string_view operator()(const model::AppendRunEvent&) const { return "an appended event"; }
  std::string_view operator()(const model::CancelAttempt&) const { return "a cancel"; }
  std::string_view operator()(const model::ReplayDeadLetter&) const { return "a replay"; }
  std::string_view operator()(const model::ListDeadLetters&) const {
    return "a list of dead letters";
  }
  std::string_view operator()(const model::GetAttempt&) const { return "a look at an attempt"; }
  std::string_view operator()(const model::GetLease&) const { return "a look at a lease"; }
  std::string_view operator()(const model::GetLeaseForAttempt&) const {
    return "a look at an attempt's lease";
  }
  std::string_view operator()(const model::QueueDepth&) const { return "a look at the depth"; }
  std::string_view operator()(const model::CountByStatus&) const {
    return "a look at the counts by status";
  }
  std::string_view operator()(const model::ListRunEvents&) const { return "a list of events"; }
  std::string_view operator()(const model::EnqueueAttempts&) const {
    return "an enqueue of several";
  }
  std::string_view operator()(const model::HeartbeatLeases&) const {
    return "a heartbeat of several";
  }
  std::string_view operator()(const model::AckAttempts&) const { return "an ack of several"; }
  std::string_view operator()(const model::ClaimAttempts&) const { return "a claim of several"; }
  std::string_view operator()(const model::PruneAttempts&) const { return "a prune"; }
  std::string_view operator()(const model::ListAttempts&) const { return "a list of attempts"; }
};

}  // namespace

std::string_view words_of(const model::Operation& operation) {
  return std::visit(Words{}, operation);
}

std::string words_of(const model::Outcome& outcome) {
  if (outcome) return "was accepted";
  return fmt::format("was refused as {}", word(outcome.error()));
}

std::string wrong_count(std::string_view what_moved, std::string_view counter, std::uint64_t from,
                        std::uint64_t to, std::uint64_t due) {
  if (from == to) {
    return fmt::format("{} left {} at {}; it has to become {}", what_moved, counter, from, due);
  }
  return fmt::format("{} took {} from {} to {}; it has to {} {}", what_moved, counter, from, to,
                     due == from ? "stay" : "become", due);
}

}  // namespace leasecheck::properties
