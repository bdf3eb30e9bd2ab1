#pragma once

#include <utility>

#include "lease/attempt_repository.hpp"
#include "leasecheck/spec/outcome.hpp"
#include "sim/subject/convert.hpp"

namespace leasecheck::tests {

[[nodiscard]] inline lease::Error told(model::ErrorCode code) {
  return {sim::to_lease(code), "as it was told"};
}

/// Answers every operation as it was told, in the model's words.
/// Pre: what it was told is an answer to the operation.
class AnsweringRepository final : public lease::AttemptRepository {
 public:
  explicit AnsweringRepository(model::Outcome outcome) : outcome_(std::move(outcome)) {}

  lease::Result<std::vector<lease::AttemptDispatchRecord>> list_dispatchable_attempts(
      lease::Time, std::uint64_t) override {
    return answer<std::vector<model::DispatchRecord>>(in_lease);
  }
  lease::Result<lease::LeaseRecord> upsert_lease(const lease::AttemptId&, const lease::WorkerId&,
                                                 lease::Time) override {
    return answer<model::LeaseRecord>(in_lease);
  }
  lease::Result<void> heartbeat_lease(const lease::LeaseId&, lease::Time, lease::Time) override {
    return done();
  }
  lease::Result<std::uint64_t> expire_leases_and_requeue(lease::Time) override { return count(); }
  lease::Result<std::uint64_t> latest_seq_for_run(const lease::RunId&) override { return seq(); }
  lease::Result<std::uint64_t> transition_timed_out_attempts(lease::Time) override {
    return count();
  }
  lease::Result<void> start_attempt(const lease::Holder&, lease::Time) override { return done(); }
  lease::Result<lease::LeaseRecord> heartbeat_lease_with_version(
      const lease::Holder&, const lease::VersionedHeartbeat&) override {
    return answer<model::LeaseRecord>(in_lease);
  }
  lease::Result<lease::AckResult> ack_attempt(const lease::Holder&, lease::AckOutcome,
                                              lease::Time) override {
    return answer<model::AckResult>(in_lease);
  }
  lease::Result<void> release_lease(const lease::Holder&, lease::Time) override { return done(); }
  lease::Result<std::uint64_t> append_run_event(const lease::Holder&, const lease::NewRunEvent&,
                                                lease::Time) override {
    return seq();
  }
  lease::Result<std::vector<lease::Claim>> claim_attempts(const lease::WorkerId&, std::uint64_t,
                                                          lease::Duration) override {
    return answer<std::vector<model::Claim>>(in_lease);
  }
  lease::Result<lease::Results<lease::LeaseRecord>> heartbeat_leases(
      std::span<const lease::LeaseHeartbeat>) override {
    return answer<model::ItemResults<model::LeaseRecord>>(items<lease::LeaseRecord>);
  }
  lease::Result<lease::Results<lease::AckResult>> ack_attempts(std::span<const lease::AttemptAck>,
                                                               lease::Time) override {
    return answer<model::ItemResults<model::AckResult>>(items<lease::AckResult>);
  }
  lease::Result<std::optional<lease::LeaseRecord>> get_lease(const lease::LeaseId&) override {
    return lease_or_none();
  }
  lease::Result<void> enqueue_attempt(const lease::AttemptSpec&) override { return done(); }
  lease::Result<lease::Results<void>> enqueue_attempts(
      std::span<const lease::AttemptSpec>) override {
    return answer<model::ItemResults<model::Done>>(items<void>);
  }
  lease::Result<void> cancel_attempt(const lease::AttemptId&, lease::Time) override {
    return done();
  }
  lease::Result<std::vector<lease::DeadLetter>> list_dead_letters(std::uint64_t) override {
    return answer<std::vector<model::DeadLetter>>([](const auto& letters) {
      std::vector<lease::DeadLetter> converted;
      for (const model::DeadLetter& letter : letters) {
        converted.push_back({lease::AttemptId(letter.attempt_id), lease::RunId(letter.run_id),
                             letter.attempt_no, static_cast<lease::DeadLetterReason>(letter.reason),
                             letter.dead_at});
      }
      return converted;
    });
  }
  lease::Result<void> replay_dead_letter(const lease::AttemptId&, lease::Time) override {
    return done();
  }
  lease::Result<lease::AttemptRecord> get_attempt(const lease::AttemptId&) override {
    return answer<model::AttemptRecord>(in_lease);
  }
  lease::Result<std::optional<lease::LeaseRecord>> get_lease_for_attempt(
      const lease::AttemptId&) override {
    return lease_or_none();
  }
  lease::Result<std::vector<lease::AttemptRecord>> list_attempts(
      const lease::AttemptFilter&, const std::optional<lease::AttemptId>&, std::uint64_t) override {
    return answer<std::vector<model::AttemptRecord>>(in_lease);
  }
  lease::Result<std::uint64_t> prune_attempts(const lease::PruneRange&) override { return count(); }
  lease::Result<std::uint64_t> queue_depth(lease::Time) override { return count(); }
  lease::Result<lease::CountsByStatus> counts_by_status() override {
    return answer<model::CountsByStatus>([](const model::CountsByStatus& counts) {
      return lease::CountsByStatus{counts.count};  // in one order, as the mapping demands
    });
  }
  lease::Result<std::vector<lease::RunEvent>> list_run_events(const lease::RunId&, std::uint64_t,
                                                              std::uint64_t) override {
    return answer<std::vector<model::RunEvent>>([](const auto& events) {
      std::vector<lease::RunEvent> converted;
      for (const model::RunEvent& event : events) {
        converted.push_back(
            {event.seq, lease::AttemptId(event.attempt_id), event.kind, event.payload, event.at});
      }
      return converted;
    });
  }
  lease::Result<lease::Snapshot> snapshot() override { return lease::Snapshot{}; }
  lease::Result<void> reset() override { return done(); }
  bool wait_for_work(std::stop_token, lease::Duration) override { return false; }
  [[nodiscard]] bool is_durable() const override { return false; }

 private:
  static constexpr auto in_lease = [](const auto& value) { return sim::to_lease(value); };

  template <typename Value>
  static constexpr auto items = [](const auto& results) {
    lease::Results<Value> converted;
    for (const auto& result : results) {
      if (result.error) {
        converted.push_back(std::unexpected(told(result.error->code)));
      } else if constexpr (std::is_void_v<Value>) {
        converted.emplace_back();
      } else {
        converted.push_back(sim::to_lease(*result.ok));
      }
    }
    return converted;
  };

  template <typename Answer, typename Convert>
  auto answer(Convert convert) const -> lease::Result<decltype(convert(std::declval<Answer>()))> {
    if (!outcome_) return std::unexpected(told(outcome_.error()));
    return convert(std::get<Answer>(*outcome_));
  }
  [[nodiscard]] lease::Result<void> done() const {
    if (!outcome_) return std::unexpected(told(outcome_.error()));
    return {};
  }
  [[nodiscard]] lease::Result<std::uint64_t> count() const {
    return answer<model::Count>([](model::Count count) { return count.value; });
  }
  [[nodiscard]] lease::Result<std::uint64_t> seq() const {
    return answer<model::Sequence>([](model::Sequence sequence) { return sequence.value; });
  }
  [[nodiscard]] lease::Result<std::optional<lease::LeaseRecord>> lease_or_none() const {
    return answer<std::optional<model::LeaseRecord>>(
        [](const auto& record) -> std::optional<lease::LeaseRecord> {
          if (!record) return std::nullopt;
          return sim::to_lease(*record);
        });
  }

  model::Outcome outcome_;
};

}  // namespace leasecheck::tests
