#include "sim/subject/exec_subject.hpp"

#include <algorithm>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "sim/random.hpp"
#include "sim/subject/profile.hpp"
#include "sim/subject/program_words.hpp"
#include "sim/subject/protocol_client.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

class ExecSubject final : public Subject {
 public:
  explicit ExecSubject(ExecOptions options)
      : options_(std::move(options)), client_(program_of(options_)), kills_(1, "kills") {}

  ExecSubject(const ExecSubject&) = delete;
  ExecSubject& operator=(const ExecSubject&) = delete;

  // A program that cannot be said goodbye to, for a lack of memory, is ended all the same.
  ~ExecSubject() override {
    try {
      if (profile_.offers("goodbye") && client_.ask("goodbye")) client_.end_input();
    } catch (const std::bad_alloc&) {
    }
  }

  /// Errors: the program cannot be started. What it then does wrong breaks every call.
  std::expected<void, BrokenSubject> open() {
    if (auto started = client_.start(); !started) return started;
    if (auto greeted = say_hello(); !greeted) return {};
    empty();
    return {};
  }

  [[nodiscard]] std::string name() const override { return options_.name; }

  // What is durable is also to be found by another process in another directory.
  [[nodiscard]] std::expected<bool, BrokenSubject> begin_anew() override {
    if (profile_.durable || client_.error()) return false;
    empty();
    if (client_.error()) return std::unexpected(*client_.error());
    words_ = {};
    resets_ = 0;
    state_ = {};
    learn_lease_ = false;
    return true;
  }

  void end_faults() override { options_.kill_after = options_.kill_during = 0; }
  [[nodiscard]] FaultCounts faults() const override { return killed_; }

  [[nodiscard]] const Profile& profile() const override { return profile_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const std::string name(operation_of(action.operation));
    const std::string args = words_.args_of(profile_, action.operation);
    if (profile_.durable && is_killed_during(action.operation)) {
      auto is_done = kill_during(name, action.now, args);
      if (!is_done) return std::unexpected(is_done.error());
      if (*is_done) {
        learn_lease_ = is_claim(action.operation);
        return lost_answer(action.operation);
      }
    }
    auto answer = client_.ask(name, action.now, args);
    if (!answer) return std::unexpected(answer.error());
    auto reply = words_.reply_of(profile_, action, *answer);
    if (!reply) return client_.broken(reply.error());
    if (reply->effect_unknown) learn_lease_ = is_claim(action.operation);
    if (profile_.durable && is_killed_after(action.operation, *reply)) {
      client_.kill();
      ++killed_[FaultKind::kill];
      if (auto started = start_again(); !started) return std::unexpected(started.error());
    }
    return *std::move(reply);
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    if (client_.error()) return std::unexpected(*client_.error());
    if (!profile_.offers("snapshot")) return model::Snapshot{};
    auto snapshot = take_snapshot();
    if (!snapshot) return std::unexpected(snapshot.error());
    state_ = *snapshot;
    for (const model::LeaseRecord& lease : snapshot->leases) {
      if (learn_lease_ && !words_.is_issued(lease.lease_id)) words_.issue(lease);
    }
    words_.put_handles(*snapshot);
    learn_lease_ = false;
    return *std::move(snapshot);
  }

 private:
  void empty() {
    const auto emptied = client_.ask("reset");
    if (emptied && !emptied->contains("ok")) {
      static_cast<void>(client_.broken("it refused to be empty: " + excerpt_of(*emptied)));
    }
  }

  [[nodiscard]] bool is_killed_after(const model::Operation& operation, const Reply& reply) {
    const bool is_new = model::can_change_state(operation) && reply.outcome &&
                        !killed_after_.contains(model::name_of(operation));
    if (!kills_.chance(is_new ? options_.kill_after_first : options_.kill_after)) return false;
    killed_after_.emplace(model::name_of(operation));
    return true;
  }

  /// One that changes nothing has no middle. Of several leases that nobody heard of, nobody knows
  /// in which order they were granted.
  [[nodiscard]] bool is_killed_during(const model::Operation& operation) {
    if (!model::can_change_state(operation)) return false;
    if (std::holds_alternative<model::ClaimAttempts>(operation)) return false;
    constexpr std::uint32_t first = 10;
    std::uint32_t& times = killed_during_[model::name_of(operation)];
    const bool is_rare = times < first && options_.kill_during > 0;
    if (!kills_.chance(is_rare ? options_.kill_during_first : options_.kill_during)) return false;
    ++times;
    return true;
  }
  static Reply lost_answer(const model::Operation& operation) {
    return {.outcome = std::unexpected(model::ErrorCode::unavailable),
            .message = "killed before it could answer",
            .clock_reads = model::reads_clock(operation) ? 1U : 0U,
            .effect_unknown = true};
  }
  static Process::Options program_of(const ExecOptions& options) {
    std::vector<std::string> environment = options.environment;
    if (!options.directory.empty()) {
      environment = with_subject_directory(std::move(environment), options.directory);
    }
    return {
        .words = options.words, .environment = std::move(environment), .timeout = options.timeout};
  }

  std::expected<void, BrokenSubject> start_again() {
    if (auto started = client_.start(); !started) return started;
    return say_hello();
  }

  std::expected<void, BrokenSubject> say_hello() {
    auto answer = client_.hello();
    if (!answer) return std::unexpected(answer.error());
    auto profile = profile_from_json((*answer)["ok"]);
    if (!profile) return client_.broken("hello: " + profile.error());
    if (has_said_hello_ && *profile != profile_) {
      return client_.broken("started again, it says something else of itself: " +
                            excerpt_of(*answer));
    }
    profile_ = *std::move(profile);
    has_said_hello_ = true;
    return {};
  }

  /// With the subject's own lease ids.
  std::expected<model::Snapshot, BrokenSubject> take_snapshot() {
    auto answer = client_.ask("snapshot");
    if (!answer) return std::unexpected(answer.error());
    auto snapshot = ProgramWords::snapshot_of(profile_, *answer);
    if (!snapshot) return client_.broken(snapshot.error());
    return *std::move(snapshot);
  }

  /// A reset of what lasts only as long as the process may as well be a restart of it.
  [[nodiscard]] std::string_view operation_of(const model::Operation& operation) {
    if (std::holds_alternative<model::Reset>(operation) && !profile_.durable &&
        profile_.offers("restart") && ++resets_ % 2 == 0) {
      return "restart";
    }
    return model::name_of(operation);
  }

  /// Kills the subject at some moment of its work and starts it again.
  /// Returns: whether the request had an effect; one that had none may be made again.
  std::expected<bool, BrokenSubject> kill_during(std::string_view operation, model::Time now,
                                                 std::string_view args) {
    if (!profile_.offers("snapshot")) return false;
    // Of every order of magnitude: one subject answers in microseconds, another in milliseconds.
    const std::uint64_t most = std::uint64_t{16} << kills_.below(11);
    const std::chrono::microseconds delay(kills_.below(most));
    auto killed = client_.ask_and_kill(operation, now, args, delay);
    if (!killed) return std::unexpected(killed.error());
    ++killed_[FaultKind::kill];
    if (auto started = start_again(); !started) return std::unexpected(started.error());
    auto taken = take_snapshot();
    if (!taken) return std::unexpected(taken.error());
    if (*taken == state_) return false;
    return true;
  }

  ExecOptions options_;
  ProtocolClient client_;
  Stream kills_;
  Names killed_after_;
  std::map<std::string_view, std::uint32_t> killed_during_;
  FaultCounts killed_;
  bool has_said_hello_ = false;
  Profile profile_;
  ProgramWords words_;
  std::uint64_t resets_ = 0;
  model::Snapshot state_;  // what it last showed, with its own lease ids
  bool learn_lease_ = false;
};

}  // namespace

std::expected<std::unique_ptr<Subject>, BrokenSubject> make_exec_subject(ExecOptions options) {
  auto subject = std::make_unique<ExecSubject>(std::move(options));
  if (auto opened = subject->open(); !opened) return std::unexpected(opened.error());
  return subject;
}

}  // namespace leasecheck::sim
