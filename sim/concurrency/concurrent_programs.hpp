#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "properties/linearizability/linearizability.hpp"
#include "sim/oracle/model_adapter.hpp"
#include "sim/scheduler/strategy.hpp"
#include "sim/subject/process.hpp"
#include "sim/subject/program_words.hpp"
#include "sim/subject/protocol_client.hpp"
#include "sim/subject/subject.hpp"

namespace leasecheck::sim {

/// Several processes of one program on one store, whose requests overlap. A program that stops at
/// yield points goes on when the strategy says so, and does the same for the same decisions; the
/// requests of any other are sent as soon as they can be, and what happens is up to the machine.
/// Protocol: sim/subject/PROTOCOL.md, "Several processes".
/// Thread: one thread.
class ConcurrentPrograms {
 public:
  /// Starts the processes and empties the store.
  /// Errors: a program that cannot be started, says something false of itself, or does not allow so
  /// many processes.
  [[nodiscard]] static std::expected<std::unique_ptr<ConcurrentPrograms>, BrokenSubject> start(
      const Process::Options& program, std::uint32_t processes);

  [[nodiscard]] const Profile& profile() const { return follower_.profile(); }
  [[nodiscard]] std::uint32_t processes() const {
    return static_cast<std::uint32_t>(clients_.size());
  }

  /// The model's empty store, of the variant that the program says it keeps.
  [[nodiscard]] model::State beginning() const { return follower_.beginning(); }

  /// How what the program answers and shows is compared with the model. Valid as long as this is.
  [[nodiscard]] properties::Comparison comparison();

  /// The action without what the program cannot be told: what it is asked, and what the model does.
  [[nodiscard]] model::Action adapted(model::Action action) const {
    return follower_.adapted(std::move(action));
  }

  /// Empties the store; all leases are forgotten.
  std::expected<void, BrokenSubject> reset();

  /// A call while no other process does anything. Pre: the action is adapted.
  std::expected<Reply, BrokenSubject> call(const model::Action& action);

  /// What is stored, read while nobody does anything. Returns: nothing if the program shows none.
  std::expected<std::optional<model::Snapshot>, BrokenSubject> snapshot();

  /// Who calls what, and is told what comes of it.
  struct Callers {
    /// The next call of a process, adapted; nothing: it has no more.
    std::function<std::optional<model::Action>(TaskId process)> next;
    std::function<void(TaskId process, const model::Action& action)> begun;
    std::function<void(TaskId process, const Reply& reply)> ended;
  };

  /// Lets all processes call until none has anything left.
  /// Returns: the decisions, where there was something to decide.
  std::expected<std::vector<TaskId>, BrokenSubject> overlap(const Callers& callers,
                                                            Strategy& strategy);

 private:
  enum class Doing : std::uint8_t {
    nothing,  ///< and may have a next call
    running,  ///< has not said anything for as long as it was waited for
    stopped,  ///< at a yield point
    waiting,  ///< at one where it needs another process to have done something
    done      ///< has no next call
  };
  struct Client {
    explicit Client(const Process::Options& program) : protocol(program) {}
    ProtocolClient protocol;
    Doing doing = Doing::nothing;
    std::optional<model::Action> action;  ///< that is under way
    std::optional<model::Action> next;
  };
  using Done = std::expected<void, BrokenSubject>;

  explicit ConcurrentPrograms(Profile profile) : follower_(std::move(profile)) {}
  Done overlap_freely(const Callers& callers);
  void prepare_next(const Callers& callers);
  Done begin(TaskId process, const Callers& callers);
  Done go_on(TaskId process, const Callers& callers);
  Done hear(TaskId process, const Callers& callers, std::chrono::milliseconds patience);
  Done hear_those_that_run(const Callers& callers, std::chrono::milliseconds patience);
  void end_waits_but_of(TaskId process);
  [[nodiscard]] std::vector<TaskId> runnable() const;
  [[nodiscard]] bool is_anyone(Doing doing) const;

  Follower follower_;
  ProgramWords words_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::chrono::milliseconds timeout_{};
};

/// The leases that a claim was granted, as it was answered; none for other operations.
[[nodiscard]] std::vector<model::Id> leases_in(const model::Action& action, const Reply& reply);

}  // namespace leasecheck::sim
