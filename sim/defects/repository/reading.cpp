// Rules 1, 2 and 15: what is shown of attempts, and how many there are said to be.

#include <algorithm>
#include <map>

#include "sim/defects/repository/groups.hpp"

namespace leasecheck::mutants {
namespace {

using List = std::vector<AttemptDispatchRecord>;

struct ReapLeaksTheCount final : Base {
  using Base::Base;
  Result<std::uint64_t> expire_leases_and_requeue(Time stale_before) override {
    const Result<std::uint64_t> reaped = Base::expire_leases_and_requeue(stale_before);
    leaked_ += reaped.value_or(0);
    return reaped;
  }
  Result<CountsByStatus> counts_by_status() override {
    Result<CountsByStatus> counts = Base::counts_by_status();
    if (counts) (*counts)[Status::leased] += leaked_;
    return counts;
  }
  Result<void> reset() override {
    leaked_ = 0;
    return Base::reset();
  }

 private:
  std::uint64_t leaked_ = 0;
};

struct CountsNeverFall final : Base {
  using Base::Base;
  Result<CountsByStatus> counts_by_status() override {
    const Result<CountsByStatus> counts = Base::counts_by_status();
    if (!counts) return counts;
    std::ranges::transform(most_.count, counts->count, most_.count.begin(),
                           [](auto left, auto right) { return std::max(left, right); });
    return most_;
  }
  Result<void> reset() override {
    most_ = {};
    return Base::reset();
  }

 private:
  CountsByStatus most_{};
};

struct KeepsThePassedDeadline final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    Result<List> listed = Base::list_dispatchable_attempts(now, limit);
    if (!listed) return listed;
    std::erase_if(*listed, [&](const AttemptDispatchRecord& record) {
      const auto deadline = deadline_.find(record.attempt_id);
      return deadline != deadline_.end() && deadline->second <= now;
    });
    return listed;
  }

  void requeue(Attempt& attempt, Time now) override {
    if (const auto deadline = execution_deadline(attempt)) {
      deadline_.insert_or_assign(attempt.spec.attempt_id, *deadline);
    }
    Base::requeue(attempt, now);
  }

 private:
  std::map<AttemptId, Time> deadline_;
};

struct BlockedFillTheLimit final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    Result<List> listed = Base::list_dispatchable_attempts(Time::max(), limit);
    if (!listed) return listed;
    std::erase_if(*listed, [&](const AttemptDispatchRecord& record) {
      return !may_claim(*store().find(record.attempt_id), now);
    });
    return listed;
  }
};

struct ZeroIsNoLimit final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    return Base::list_dispatchable_attempts(now, limit == 0 ? no_limit : limit);
  }
};

struct DeepQueueIsRefused final : Base {
  using Base::Base;
  Result<List> list_dispatchable_attempts(Time now, std::uint64_t limit) override {
    constexpr std::uint64_t deepest = 4;
    const bool is_deep = store().count_dispatchable(now) > deepest;
    return Base::list_dispatchable_attempts(now, is_deep ? 0 : limit);
  }
};

}  // namespace

std::vector<Mutant> reading_mutants() {
  return {{"reap_leaks_the_count", "B50", "attempts that were reaped are still counted as leased",
           "counts_are_rows", "triggerdotdev/trigger.dev 409388365e", make<ReapLeaksTheCount>},
          {"requeue_keeps_the_deadline", "B58",
           "a requeued attempt keeps its passed deadline and is not listed for it",
           "dispatch_order", "triggerdotdev/trigger.dev 444c2215ca", make<KeepsThePassedDeadline>},
          {"blocked_fill_the_limit", "B93",
           "attempts that are not due fill the limit, and those behind them are not seen",
           "dispatch_order", "timgit/pg-boss f7a0374", make<BlockedFillTheLimit>},
          {"zero_is_no_limit", "B105", "an empty request is taken for one without bound",
           "dispatch_order", "geofmureithi/apalis 3f064c5", make<ZeroIsNoLimit>},
          {"counts_never_fall", "B112", "a count by status is raised and never lowered",
           "counts_are_rows", "Oris (finding O-26)", make<CountsNeverFall>},
          {"deep_queue_is_refused", "B114",
           "nothing is dispatched while the queue is deep, so that it stays so", "dispatch_order",
           "Oris (finding O-25)", make<DeepQueueIsRefused>}};
}

}  // namespace leasecheck::mutants
