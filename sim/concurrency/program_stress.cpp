#include "sim/concurrency/program_stress.hpp"

#include <string>
#include <utility>

#include "sim/concurrency/overlapped_calls.hpp"
#include "sim/concurrency/stress_workload.hpp"
#include "sim/fnv1a.hpp"
#include "traces/digest.hpp"

namespace leasecheck::sim {
namespace {

/// Yield points in a round, about.
constexpr std::uint64_t expected_points = 50;

class ProgramStress {
 public:
  ProgramStress(std::uint64_t seed, const ProgramStressOptions& options,
                ConcurrentPrograms& programs)
      : seed_(seed),
        options_(options),
        programs_(programs),
        schedules_(seed, "schedules"),
        work_(seed, options.may_be_odd),
        possible_{programs.beginning()} {}

  ProgramStressResult run() {
    if (auto emptied = programs_.reset(); !emptied) end_broken(emptied.error());
    for (std::uint32_t round = 1; round <= options_.rounds && held(); ++round) {
      run_round(round);
      result_.digests.push_back(digest_.value());
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool held() const { return result_.verdict.result == traces::Result::held; }

  void end_broken(const BrokenSubject& broken) {
    result_.verdict = {.result = traces::Result::broken,
                       .property = {},
                       .message = broken.message,
                       .first_bad = 0};
  }

  void end(traces::Result result, std::string message) {
    result_.verdict = {.result = result,
                       .property = std::string(name_of(properties::StorageProperty::linearizable)),
                       .message = std::move(message),
                       .first_bad = 0};
  }

  /// All that a process calls in a round, drawn before it begins: what it draws does not depend on
  /// who was faster.
  std::vector<std::vector<model::Action>> draw_calls() {
    std::vector<std::vector<model::Action>> calls(programs_.processes());
    for (std::size_t process = 0; process < calls.size(); ++process) {
      constexpr int most_tries = 200;
      for (int tries = 0; tries < most_tries && calls[process].size() < options_.operations;
           ++tries) {
        model::Action action = programs_.adapted(work_.draw(process));
        if (programs_.profile().offers(model::name_of(action.operation))) {
          calls[process].push_back(std::move(action));
        }
      }
    }
    return calls;
  }

  void run_round(std::uint32_t round) {
    work_.begin_round(round);
    const std::vector<std::vector<model::Action>> drawn = draw_calls();
    const auto strategy = draw_strategy(seed_, schedules_, expected_points);
    OverlappedCalls calls(programs_.beginning());
    std::vector<std::size_t> next(drawn.size(), 0);
    std::vector<std::size_t> numbers(drawn.size());
    bool is_claim_unknown = false;
    const auto done = programs_.overlap(
        {.next = [&](TaskId process) -> std::optional<model::Action> {
           if (next[process] == drawn[process].size()) return std::nullopt;
           return drawn[process][next[process]++];
         },
         .begun =
             [&](TaskId process, const model::Action& action) {
               numbers[process] = calls.begin(process, action);
             },
         .ended =
             [&](TaskId process, const Reply& reply) {
               const model::Action& action = calls.history().calls[numbers[process]].action;
               is_claim_unknown |= reply.effect_unknown && is_claim(action.operation);
               const std::vector<model::Id> leases = leases_in(action, reply);
               for (const model::Id& lease : leases) work_.know_lease(lease, action);
               count(reply);
               calls.end(numbers[process],
                         reply.effect_unknown ? std::nullopt : std::optional(reply.outcome),
                         leases);
             }},
        *strategy);
    if (!done) return end_broken(done.error());
    ++result_.tally.rounds;
    for (const TaskId process : *done) digest_.add(std::uint64_t{process});
    digest_.add(calls.answers_in_words());
    if (is_claim_unknown) {
      return end(traces::Result::inconclusive,
                 "round " + std::to_string(round) +
                     ": of a claim that was unavailable nobody knows which lease it was granted");
    }
    judge(round, calls);
  }

  void count(const Reply& reply) {
    ++result_.tally.operations;
    const std::string_view word = reply.effect_unknown ? "unknown"
                                  : reply.outcome      ? "ok"
                                                       : model::word(reply.outcome.error());
    ++result_.tally.at_once[std::string(word)];
  }

  void judge(std::uint32_t round, OverlappedCalls& calls) {
    auto seen = programs_.snapshot();
    if (!seen) return end_broken(seen.error());
    calls.history().final_snapshot = *seen;
    if (*seen) digest_.add(traces::digest(**seen));
    auto explained =
        properties::explain(possible_, calls.history(), {.comparison = programs_.comparison()});
    const std::string where = "round " + std::to_string(round);
    if (explained.verdict == properties::Linearizability::gave_up) {
      return end(traces::Result::inconclusive, where + ": too many orders");
    }
    if (explained.verdict == properties::Linearizability::not_linearizable) {
      return end(traces::Result::violated,
                 where + ": no order explains " + calls.answers_in_words());
    }
    possible_ = std::move(explained.states);
  }

  std::uint64_t seed_;
  const ProgramStressOptions& options_;
  ConcurrentPrograms& programs_;
  ProgramStressResult result_;
  Stream schedules_;
  StressWorkload work_;
  std::vector<model::State> possible_;
  Fnv1a digest_;
};

}  // namespace

ProgramStressResult run_program_stress(std::uint64_t seed, const ProgramStressOptions& options,
                                       ConcurrentPrograms& programs) {
  return ProgramStress(seed, options, programs).run();
}

}  // namespace leasecheck::sim
