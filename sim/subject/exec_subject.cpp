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
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/profile.hpp"
#include "sim/subject/protocol_client.hpp"
#include "traces/codec.hpp"

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
    handles_ = {};
    attempt_of_lease_.clear();
    resets_ = 0;
    state_ = {};
    learn_lease_ = false;
    return true;
  }

  void end_faults() override { options_.kill_after = options_.kill_during = 0; }
  [[nodiscard]] FaultCounts faults() const override { return killed_; }

  [[nodiscard]] const Profile& profile() const override { return profile_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const model::Operation operation = with_lease_ids(action.operation);
    const std::string name(operation_of(action.operation));
    const std::string args = args_of(operation, action.operation);
    if (profile_.durable && is_killed_during(action.operation)) {
      auto is_done = kill_during(name, action.now, args);
      if (!is_done) return std::unexpected(is_done.error());
      if (*is_done) {
        learn_lease_ = is_claim(operation);
        return lost_answer(operation);
      }
    }
    auto answer = client_.ask(name, action.now, args);
    if (!answer) return std::unexpected(answer.error());
    auto reply = read_reply(action, *std::move(answer));
    if (reply && profile_.durable && is_killed_after(action.operation, *reply)) {
      client_.kill();
      ++killed_[FaultKind::kill];
      if (auto started = start_again(); !started) return std::unexpected(started.error());
    }
    return reply;
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    if (client_.error()) return std::unexpected(*client_.error());
    if (!profile_.offers("snapshot")) return model::Snapshot{};
    auto snapshot = take_snapshot();
    if (!snapshot) return std::unexpected(snapshot.error());
    state_ = *snapshot;
    for (model::LeaseRecord& lease : snapshot->leases) {
      if (learn_lease_ && !handles_.is_issued(lease.lease_id)) issue(lease);
      lease.lease_id = handles_.handle_of(lease.lease_id);
    }
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

  static bool is_claim(const model::Operation& operation) {
    return std::holds_alternative<model::UpsertLease>(operation) ||
           std::holds_alternative<model::ClaimAttempts>(operation);
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
      std::erase_if(environment,
                    [](const auto& entry) { return entry.starts_with("SUBJECT_DIR="); });
      environment.push_back("SUBJECT_DIR=" + options.directory);
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
    if (!answer->contains("ok")) return client_.broken("snapshot: " + excerpt_of(*answer));
    auto snapshot = traces::snapshot_from_json((*answer)["ok"], profile_.absent);
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

  [[nodiscard]] model::Operation with_lease_ids(model::Operation operation) const {
    std::visit(
        [this](auto& args) {
          const auto put_id = [this](auto& item) { item.lease_id = handles_.id_of(item.lease_id); };
          if constexpr (requires { args.lease_id; }) put_id(args);
          if constexpr (requires { args.heartbeats; })
            std::ranges::for_each(args.heartbeats, put_id);
          if constexpr (requires { args.acks; }) std::ranges::for_each(args.acks, put_id);
        },
        operation);
    return operation;
  }

  /// The arguments in the protocol's form, with the subject's own lease ids. Most are those of a
  /// trace; a payload is always JSON (one that is none is left out, since it cannot be sent), an
  /// ack by attempt names it, and fields that the subject does not know are not sent.
  [[nodiscard]] std::string args_of(const model::Operation& operation,
                                    const model::Operation& with_handles) const {
    const bool is_enqueue = std::holds_alternative<model::EnqueueAttempt>(operation) ||
                            std::holds_alternative<model::EnqueueAttempts>(operation);
    const bool has_fewer = is_enqueue && !profile_.absent.empty();
    const auto* ack = std::get_if<model::AckAttempt>(&with_handles);
    const auto* acks = std::get_if<model::AckAttempts>(&with_handles);
    const auto* append = std::get_if<model::AppendRunEvent>(&operation);
    if (!has_fewer && ack == nullptr && acks == nullptr && append == nullptr) {
      return traces::operation_args_to_text(operation);
    }
    Json args = traces::operation_args_to_json(operation);
    if (model::goes_by_attempt(profile_.variant.ack_holder)) {
      if (ack != nullptr) args["attempt_id"] = attempt_of(*ack);
      for (std::size_t i = 0; acks != nullptr && i < acks->acks.size(); ++i) {
        args["acks"][i]["attempt_id"] = attempt_of(acks->acks[i]);
      }
    }
    if (append != nullptr) {
      args.erase("payload_text");
      if (Json payload = traces::payload_to_json(append->payload); !payload.is_discarded()) {
        args["payload"] = std::move(payload);
      }
    }
    if (has_fewer) {
      if (!args.contains("attempts")) {
        erase_absent(args);
      } else {
        for (Json& spec : args["attempts"]) erase_absent(spec);
      }
    }
    return traces::print_json(args);
  }

  /// The attempt that the lease of an ack was granted for.
  [[nodiscard]] Json attempt_of(const model::AckAttempt& ack) const {
    const auto attempt = attempt_of_lease_.find(ack.lease_id);
    const bool is_known = attempt != attempt_of_lease_.end();
    return traces::text_to_json(is_known ? attempt->second : "of no lease");
  }

  void erase_absent(Json& spec) const {
    for (const std::string& name : profile_.absent) {
      constexpr std::string_view prefix = "spec.";
      if (name.starts_with(prefix)) spec.erase(name.substr(prefix.size()));
    }
  }

  std::expected<Reply, BrokenSubject> read_reply(const model::Action& action, Json answer) {
    Reply reply;
    auto outcome = traces::outcome_from_json(action.operation, answer, profile_.absent);
    if (!outcome) return client_.broken(outcome.error() + ", in the answer " + excerpt_of(answer));
    reply.outcome = *std::move(outcome);
    if (reply.outcome) {
      if (std::holds_alternative<model::Reset>(action.operation)) attempt_of_lease_.clear();
      put_handles(action.operation, *reply.outcome);
    } else {
      const Json& error = answer["error"];
      if (error.contains("message")) reply.message = excerpt_of(error["message"]);
      reply.effect_unknown = reply.outcome.error() == model::ErrorCode::unavailable &&
                             error.value("outcome", Json()) != "none";
      learn_lease_ = reply.effect_unknown && is_claim(action.operation);
    }
    // How often it reads its clock cannot be seen from here; the times it writes are compared.
    const bool is_refused = reply.outcome == std::unexpected(model::ErrorCode::invalid_argument);
    reply.clock_reads = model::reads_clock(action.operation) && !is_refused ? 1 : 0;
    return reply;
  }

  void put_handles(const model::Operation& operation, model::Answer& answer) {
    if (auto* lease = std::get_if<model::LeaseRecord>(&answer)) {
      if (is_claim(operation)) issue(*lease);
      lease->lease_id = handles_.handle_of(lease->lease_id);
    } else if (auto* found = std::get_if<std::optional<model::LeaseRecord>>(&answer)) {
      if (*found) (*found)->lease_id = handles_.handle_of((*found)->lease_id);
    } else if (auto* refreshed = std::get_if<model::ItemResults<model::LeaseRecord>>(&answer)) {
      for (auto& result : *refreshed) {
        if (result.ok) result.ok->lease_id = handles_.handle_of(result.ok->lease_id);
      }
    } else if (auto* claims = std::get_if<std::vector<model::Claim>>(&answer)) {
      for (model::Claim& claim : *claims) {
        issue(claim.lease);
        claim.lease.lease_id = handles_.handle_of(claim.lease.lease_id);
      }
    }
  }

  void issue(const model::LeaseRecord& lease) {
    attempt_of_lease_[handles_.issue(lease.lease_id)] = lease.attempt_id;
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
  Handles handles_;
  std::map<model::Id, model::Id> attempt_of_lease_;
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
