#include "sim/world/invalid_calls.hpp"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "leasecheck/spec/fields.hpp"
#include "sim/values/ids.hpp"
#include "sim/values/values.hpp"

namespace leasecheck::sim {
namespace {

/// Counts the ids of an operation, and puts an invalid one in one of their places.
class Replacement {
 public:
  Replacement(const model::Id& invalid, std::uint64_t place) : invalid_(invalid), place_(place) {}

  void operator()(std::string_view, model::Id& id) { look_at(id); }
  void operator()(std::string_view, std::optional<model::Id>& id) { look_at(id); }
  template <typename Record>
  void operator()(std::string_view, std::vector<Record>& records) {
    for (Record& record : records) fields(*this, record);
  }
  void operator()(std::string_view, auto&) {}
  void payload(std::string&) {}

  [[nodiscard]] std::uint64_t ids() const { return ids_; }

 private:
  void look_at(auto& id) {
    if (ids_++ == place_) id = invalid_;
  }

  const model::Id& invalid_;
  std::uint64_t place_;
  std::uint64_t ids_ = 0;
};

/// The number of ids of the operation, of which that at `place` becomes `invalid`, if there is one.
std::uint64_t replace(model::Operation& operation, const model::Id& invalid, std::uint64_t place) {
  Replacement replacement(invalid, place);
  std::visit([&replacement](auto& chosen) { fields(replacement, chosen); }, operation);
  return replacement.ids();
}

// Every operation that has an id, but for the one that is the producer's.
std::vector<model::Operation> calls_with_ids(const ValidArguments& valid) {
  constexpr std::uint64_t limit = std::numeric_limits<std::uint64_t>::max();
  const model::Id& attempt = valid.attempt_id;
  const model::Id& lease = valid.lease_id;
  const model::Id name = "stranger";
  const model::Time expiry = valid.now + valid.ttl;
  const model::HeartbeatLeaseWithVersion heartbeat{lease, name, 1, valid.now, expiry};
  const model::AckAttempt ack{lease, name, model::AckOutcome::completed};
  model::AttemptSpec spec;
  spec.attempt_id = attempt;
  spec.run_id = name;
  model::ListAttempts page;
  page.limit = limit;
  return {model::UpsertLease{attempt, name, expiry},
          model::HeartbeatLease{lease, valid.now, expiry},
          heartbeat,
          model::HeartbeatLeases{{heartbeat}},
          model::StartAttempt{lease, name},
          model::ReleaseLease{lease, name},
          ack,
          model::AckAttempts{{ack}},
          model::AppendRunEvent{lease, name, name, "true"},
          model::ClaimAttempts{name, 1, valid.ttl},
          model::EnqueueAttempts{{spec}},
          model::CancelAttempt{attempt},
          model::ReplayDeadLetter{attempt},
          model::GetAttempt{attempt},
          model::GetLease{lease},
          model::GetLeaseForAttempt{attempt},
          model::LatestSeqForRun{name},
          model::ListRunEvents{name, 0, limit},
          page};
}

}  // namespace

model::Operation draw_invalid_call(Stream& draw, const ValidArguments& valid) {
  constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();
  const model::Id invalid = values::pick(draw, values::invalid_texts());
  model::Operation operation = values::pick(draw, calls_with_ids(valid));
  const std::uint64_t ids = replace(operation, invalid, nowhere);
  replace(operation, invalid, draw.below(ids));
  return operation;
}

}  // namespace leasecheck::sim
