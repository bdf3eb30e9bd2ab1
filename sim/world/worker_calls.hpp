#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lease/scheduler.hpp"
#include "lease/worker_core.hpp"
#include "sim/world/context.hpp"
#include "sim/world/network.hpp"
#include "sim/world/observed_repository.hpp"
#include "sim/world/virtual_process.hpp"

namespace leasecheck::sim {

using Claims = lease::Result<std::vector<lease::Claim>>;
using Renewals = lease::Result<lease::Results<lease::LeaseRecord>>;
using Acknowledgements = lease::Result<lease::Results<lease::AckResult>>;
using OwnLeases = lease::Result<std::vector<lease::LeaseRecord>>;

/// A worker's calls, over the network to the repository's host: several items together where the
/// run and the subject have that, else one by one. Each is answered once, by the first reply that
/// arrives or, after the plan's reply timeout, by `unavailable` with an unknown effect; unless the
/// process ends before, or the subject does not have the operation.
class WorkerCalls {
 public:
  template <typename Answer>
  using Callback = std::function<void(const Answer&)>;

  /// Called beside the callback of each call.
  struct Callbacks {
    std::function<void()> after_each;  ///< called after each answer
    /// A call about one lease, other than an ack, was answered `stale_lease`.
    std::function<void(const lease::LeaseId&)> told_stale;
  };

  /// `candidates` is how many the scheduler looks at.
  WorkerCalls(Context context, VirtualProcess& process, SkewedClock& clock, model::Id id,
              std::uint64_t candidates, Callbacks callbacks);

  /// From now on the worker goes by this name.
  void speak_for(model::Id id);
  /// What the last incarnation was granted means nothing to the next.
  void forget() { grants_.clear(); }

  void claim(std::uint64_t limit, Callback<Claims> done);
  /// The number of the call that granted this lease. Pre: a claim was answered so.
  [[nodiscard]] std::uint64_t grant_of(const lease::LeaseId& lease_id) const {
    return grants_.at(lease_id);
  }
  void heartbeat(const std::vector<lease::LeaseHeartbeat>& heartbeats, Callback<Renewals> done);
  /// `done` is told of each part that was asked for together.
  void ack(const std::vector<lease::AttemptAck>& acks,
           std::function<void(const lease::AckRequest&, const Acknowledgements&)> done);
  /// What the repository has for this worker; where no list can be asked for, whether it has what
  /// is `known`, by another read or, without one, as it was granted.
  void read(const std::vector<lease::LeaseRecord>& known, Callback<OwnLeases> done);
  void start(const lease::LeaseId& lease_id);
  void append_event(const lease::LeaseId& lease_id, const lease::NewRunEvent& event);
  void release(const lease::LeaseId& lease_id);
  /// Any other call, for whose answer nobody waits.
  void send(std::string_view operation, std::function<void(lease::WorkerRepository&)> call);

 private:
  using FindLease = std::function<lease::Result<std::optional<lease::LeaseRecord>>()>;

  template <typename Operation>
  [[nodiscard]] bool offers() const {
    return context_.referee.template offers<Operation>();
  }
  /// Whether this run uses an operation on several attempts, and the subject has it.
  template <typename Several>
  [[nodiscard]] bool takes_several() const {
    return context_.plan.several && offers<Several>();
  }
  /// Whether claims are made together: by choice, or because it is the only way.
  [[nodiscard]] bool claims_several() const {
    return takes_several<model::ClaimAttempts>() || !offers<model::UpsertLease>() ||
           !offers<model::ListDispatchableAttempts>();
  }
  /// Whether heartbeats show a version, likewise.
  [[nodiscard]] bool is_versioned() const {
    return offers<model::HeartbeatLease>() ? context_.plan.heartbeats_with_version &&
                                                 (offers<model::HeartbeatLeaseWithVersion>() ||
                                                  takes_several<model::HeartbeatLeases>())
                                           : true;
  }
  [[nodiscard]] Claims claim_now(std::uint64_t limit);
  [[nodiscard]] lease::Result<lease::LeaseRecord> renew_now(const lease::LeaseHeartbeat& heartbeat);
  void read_each(std::string_view operation, const std::vector<FindLease>& calls,
                 Callback<OwnLeases> done);

  [[nodiscard]] lease::Holder holder_of(const lease::LeaseId& lease_id) const {
    return {lease_id, lease::WorkerId(id_)};
  }
  /// Makes a call about one lease, for an answer that matters only if it is `stale_lease`.
  template <typename Call>
  void ask_about(const lease::LeaseId& lease_id, std::string_view operation, Call call);
  template <typename T>
  void report_if_stale(const lease::LeaseId& lease_id, const lease::Result<T>& answer);
  /// One call, and whether anybody waits for its answer still.
  template <typename Call>
  struct Asked {
    Call call;
    Callback<std::invoke_result_t<Call>> done;
    std::uint64_t incarnation;  ///< of the process that asks
    bool is_waiting = true;
  };
  template <typename Call>
  void hear(Asked<Call>& asked, const std::invoke_result_t<Call>& answer);
  template <typename Call>
  void receive(const std::shared_ptr<Asked<Call>>& asked, std::uint64_t number,
               const std::invoke_result_t<Call>& answer);
  template <typename Call>
  void ask(std::string_view operation, Call call, Callback<std::invoke_result_t<Call>> done);
  /// `done` gets all answers, in this order, once the last has come; or the error of one that was
  /// not carried out, as far as is known.
  template <typename T>
  void ask_each(std::string_view operation,
                const std::vector<std::function<lease::Result<T>()>>& calls,
                Callback<lease::Result<lease::Results<T>>> done,
                std::function<void(std::size_t, const lease::Result<T>&)> each_done = {});
  /// Gives `answer` as if a reply had brought it, without a call.
  template <typename Answer>
  void answer_at_once(Answer answer, Callback<Answer> done);

  Context context_;
  VirtualProcess& process_;
  model::Id id_;
  ObservedRepository repository_;
  lease::Scheduler scheduler_;
  Callbacks callbacks_;
  std::map<lease::LeaseId, std::uint64_t> grants_;
};

}  // namespace leasecheck::sim
