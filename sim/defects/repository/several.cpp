// Rules 25 and 26: several at a time.

#include <algorithm>
#include <set>
#include <utility>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

using lease::AttemptAck;
using lease::AttemptSpec;
using lease::Claim;
using lease::Error;
using lease::LeaseHeartbeat;
using lease::Results;

using Acks = std::span<const AttemptAck>;
using Specs = std::span<const AttemptSpec>;

std::unexpected<Error> refused(ErrorCode code) {
  return std::unexpected(Error(code, "planted"));
}

struct AckBatchFailsWhole final : Base {
  using Base::Base;
  Result<Results<AckResult>> ack_attempts(Acks acks, Time now) override {
    for (const AttemptAck& ack : acks) {
      const auto current = get_lease(ack.holder.lease_id);
      if (!current) return std::unexpected(current.error());
      if (!*current) return refused(ErrorCode::stale_lease);
    }
    return Base::ack_attempts(acks, now);
  }
};

struct BatchStopsAtRefusal final : Base {
  using Base::Base;
  Result<Results<AckResult>> ack_attempts(Acks acks, Time now) override {
    Results<AckResult> results;
    for (const AttemptAck& ack : acks) {
      const bool is_over = !results.empty() && !results.back();
      results.push_back(is_over ? results.back() : ack_attempt(ack.holder, ack.outcome, now));
    }
    return results;
  }
};

struct RepeatedItemConflicts final : Base {
  using Base::Base;
  Result<Results<void>> enqueue_attempts(Specs specs) override {
    auto results = Base::enqueue_attempts(specs);
    std::set<AttemptId> seen;
    for (std::size_t i = 0; results && i < specs.size(); ++i) {
      const bool is_new = seen.insert(specs[i].attempt_id).second;
      if (!is_new && (*results)[i]) (*results)[i] = refused(ErrorCode::already_exists);
    }
    return results;
  }
};

struct EmptyBatchIsRefused final : Base {
  using Base::Base;
  Result<Results<LeaseRecord>> heartbeat_leases(
      std::span<const LeaseHeartbeat> heartbeats) override {
    if (heartbeats.empty()) return refused(ErrorCode::invalid_argument);
    return Base::heartbeat_leases(heartbeats);
  }
};

struct ReadsClockForEach final : Base {
  using Base::Base;
  Result<Results<void>> enqueue_attempts(Specs specs) override {
    Results<void> results;
    for (const AttemptSpec& spec : specs) results.push_back(enqueue_attempt(spec));
    return results;
  }
};

struct ClaimsBeyondLimit final : Base {
  using Base::Base;
  Result<std::vector<Claim>> claim_attempts(const WorkerId& worker, std::uint64_t limit,
                                            Duration ttl) override {
    const bool can_be_more = limit > 0 && limit < no_limit;
    auto claims = Base::claim_attempts(worker, can_be_more ? limit + 1 : limit, ttl);
    if (claims && claims->size() > limit) claims->resize(limit);
    return claims;
  }
};

struct ClaimsInIdOrder final : Base {
  using Base::Base;
  std::vector<Attempt*> choose_claims(Time now, std::uint64_t limit) override {
    std::vector<Attempt*> due = Base::choose_claims(now, no_limit);
    std::ranges::sort(due, {}, [](const Attempt* attempt) { return attempt->spec.attempt_id; });
    if (due.size() > limit) due.resize(limit);
    return due;
  }
};

struct ClaimShowsLeased final : Base {
  using Base::Base;
  Result<std::vector<Claim>> claim_attempts(const WorkerId& worker, std::uint64_t limit,
                                            Duration ttl) override {
    auto claims = Base::claim_attempts(worker, limit, ttl);
    if (claims) {
      for (Claim& claim : *claims) claim.attempt.status = Status::leased;
    }
    return claims;
  }
};

}  // namespace

std::vector<Mutant> several_mutants() {
  return {
      {"ack_batch_fails_whole", "B75", "one ended lease in a batch of acks refuses all of them",
       "several_as_single", "riverqueue/river 3b7efa5 (#1308)", make<AckBatchFailsWhole>},
      {"ack_batch_stops_at_refusal", "B75", "what comes after a refused ack of a batch is refused",
       "holder_only", "riverqueue/river 3b7efa5 (#1308)", make<BatchStopsAtRefusal>},
      {"repeated_item_conflicts", "B86", "an attempt that is twice in a batch collides with itself",
       "several_as_single", "riverqueue/river 2b9dd83 (#618)", make<RepeatedItemConflicts>},
      {"empty_batch_is_refused", "B105", "a batch of no heartbeats is an invalid argument",
       "several_as_single", "geofmureithi/apalis 3f064c5 (#571)", make<EmptyBatchIsRefused>},
      {"batch_reads_clock_for_each", "B24", "each item of a batch has a time of its own",
       "one_time", "riverqueue/river 2ba0e3e (#1332)", make<ReadsClockForEach>},
      {"claims_beyond_limit", "B02", "one attempt more than was asked for is leased to nobody",
       "holder_only", "oban-bg/oban 39909215", make<ClaimsBeyondLimit>},
      {"claims_in_id_order", "B87", "a claim of several takes them by the attempt's id",
       "dispatch_order", "rails/solid_queue 28f9e05", make<ClaimsInIdOrder>},
      {"claim_shows_leased", "rule 26", "a claim of several shows attempts as they are after it",
       "dispatch_order", "the contract", make<ClaimShowsLeased>},
  };
}

}  // namespace leasecheck::mutants
