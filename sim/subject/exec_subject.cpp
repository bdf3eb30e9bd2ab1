#include "sim/subject/exec_subject.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "sim/random.hpp"
#include "sim/subject/lease_id_map.hpp"
#include "sim/subject/process.hpp"
#include "sim/subject/profile.hpp"
#include "traces/codec.hpp"

namespace leasecheck::sim {
namespace {

using traces::Json;

constexpr std::size_t longest_excerpt = 1000;

std::string excerpt(std::string text) {
  if (text.size() <= longest_excerpt) return text;
  const std::string size = std::to_string(text.size());
  text.resize(longest_excerpt);
  return text + "… (" + size + " bytes)";
}

class ExecSubject final : public Subject {
 public:
  explicit ExecSubject(ExecOptions options) : options_(std::move(options)), kills_(1, "kills") {}

  ExecSubject(const ExecSubject&) = delete;
  ExecSubject& operator=(const ExecSubject&) = delete;

  ~ExecSubject() override {
    if (process_ && profile_.offers("goodbye") && ask("goodbye", {}, no_args())) {
      process_->end_input();
    }
  }

  /// Errors: the program cannot be started. What it then does wrong breaks every call.
  std::expected<void, BrokenSubject> open() {
    if (auto launched = launch(); !launched) return launched;
    if (auto greeted = say_hello(); !greeted) return {};
    auto emptied = ask("reset", {}, no_args());
    if (emptied && !emptied->contains("ok")) {
      static_cast<void>(broken("it refused to be empty: " + text_of(*emptied)));
    }
    return {};
  }

  [[nodiscard]] std::string name() const override { return options_.name; }

  void end_faults() override { options_.kill_after = options_.kill_during = 0; }
  [[nodiscard]] FaultCounts faults() const override { return killed_; }

  [[nodiscard]] const Profile& profile() const override { return profile_; }

  [[nodiscard]] std::expected<Reply, BrokenSubject> call(const model::Action& action) override {
    const model::Operation operation = with_lease_ids(action.operation);
    const std::string name(operation_of(action.operation));
    const std::string args = args_of(operation, action.operation);
    if (profile_.durable && kills_.chance(options_.kill_during)) {
      auto is_done = kill_during(name, action.now, args);
      if (!is_done) return std::unexpected(is_done.error());
      if (*is_done) {
        learn_lease_ = is_claim(operation);
        return lost_answer(operation);
      }
    }
    auto answer = ask(name, action.now, args);
    if (!answer) return std::unexpected(answer.error());
    auto reply = read_reply(action, *std::move(answer));
    if (reply && profile_.durable && is_killed_after(action.operation, *reply)) {
      process_->kill();
      ++killed_[FaultKind::kill];
      if (auto started = start_again(); !started) return std::unexpected(started.error());
    }
    return reply;
  }

  [[nodiscard]] std::expected<model::Snapshot, BrokenSubject> snapshot() override {
    if (broken_) return std::unexpected(*broken_);
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
  [[nodiscard]] bool is_killed_after(const model::Operation& operation, const Reply& reply) {
    const bool is_new = model::can_change_state(operation) && reply.outcome &&
                        !killed_after_.contains(model::name_of(operation));
    if (!kills_.chance(is_new ? options_.kill_after_first : options_.kill_after)) return false;
    killed_after_.emplace(model::name_of(operation));
    return true;
  }

  static bool is_claim(const model::Operation& operation) {
    return std::holds_alternative<model::UpsertLease>(operation);
  }
  static std::string_view no_args() { return "{}"; }
  static Reply lost_answer(const model::Operation& operation) {
    return {.outcome = std::unexpected(model::ErrorCode::unavailable),
            .message = "killed before it could answer",
            .clock_reads = model::reads_clock(operation) ? 1U : 0U,
            .effect_unknown = true};
  }
  static std::string text_of(const Json& json) { return excerpt(traces::print_json(json)); }

  std::unexpected<BrokenSubject> broken(std::string what) {
    broken_ = BrokenSubject{std::move(what) + "; the last request was " + excerpt(last_request_)};
    process_.reset();
    return std::unexpected(*broken_);
  }

  std::expected<void, BrokenSubject> launch() {
    std::vector<std::string> environment;
    if (!options_.directory.empty()) environment.push_back("SUBJECT_DIR=" + options_.directory);
    auto process = Process::start({.words = options_.words,
                                   .environment = std::move(environment),
                                   .timeout = options_.timeout});
    if (!process) return broken(process.error());
    process_ = *std::move(process);
    return {};
  }

  std::expected<void, BrokenSubject> start_again() {
    process_.reset();
    if (auto launched = launch(); !launched) return launched;
    return say_hello();
  }

  std::expected<void, BrokenSubject> say_hello() {
    last_request_ = R"({"id":0,"op":"hello","protocol":1})";
    auto answer = exchange(0);
    if (!answer) return std::unexpected(answer.error());
    if (!answer->contains("ok")) return broken("it refused to speak: " + text_of(*answer));
    auto profile = profile_from_json((*answer)["ok"]);
    if (!profile) return broken("hello: " + profile.error());
    if (has_said_hello_ && *profile != profile_) {
      return broken("started again, it says something else of itself: " + text_of(*answer));
    }
    profile_ = *std::move(profile);
    has_said_hello_ = true;
    return {};
  }

  /// Sends the last request, and reads the object that answers it: number `id`.
  std::expected<Json, BrokenSubject> exchange(std::uint64_t id) {
    const auto text = process_->exchange(last_request_);
    if (!text) return broken(text.error());
    auto answer = traces::parse_json(*text);
    if (!answer) return broken("its answer is " + answer.error() + ": " + excerpt(*text));
    const auto repeated = answer->find("id");
    if (repeated == answer->end() || *repeated != id) {
      return broken("expected an answer with \"id\":" + std::to_string(id) + ", found " +
                    excerpt(*text));
    }
    if (answer->contains("ok") == answer->contains("error")) {
      return broken("expected either \"ok\" or \"error\", found " + excerpt(*text));
    }
    return *std::move(answer);
  }

  /// Puts the next request together, in the place of the last one.
  void write_request(std::string_view operation, model::Time now, std::string_view args) {
    last_request_ = "{\"id\":";
    last_request_.append(std::to_string(++requests_)).append(",\"op\":\"").append(operation);
    last_request_.append("\",\"now\":").append(std::to_string(now.time_since_epoch().count()));
    last_request_.append(",\"args\":").append(args) += '}';
  }

  std::expected<Json, BrokenSubject> ask(std::string_view operation, model::Time now,
                                         std::string_view args) {
    if (broken_) return std::unexpected(*broken_);
    write_request(operation, now, args);
    auto answer = exchange(requests_);
    if (!answer || !answer->contains("error")) return answer;
    const Json& error = (*answer)["error"];
    const Json code = error.is_object() ? error.value("code", Json()) : Json();
    if (code == "internal" || code == "unsupported") {
      return broken("it answered " + text_of(*answer));
    }
    return answer;
  }

  /// With the subject's own lease ids.
  std::expected<model::Snapshot, BrokenSubject> take_snapshot() {
    auto answer = ask("snapshot", {}, no_args());
    if (!answer) return std::unexpected(answer.error());
    if (!answer->contains("ok")) return broken("snapshot: " + text_of(*answer));
    auto snapshot = traces::snapshot_from_json((*answer)["ok"], profile_.absent);
    if (!snapshot) return broken(snapshot.error());
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
          if constexpr (requires { args.lease_id; }) args.lease_id = handles_.id_of(args.lease_id);
        },
        operation);
    return operation;
  }

  /// The arguments in the protocol's form, with the subject's own lease ids. Most are those of a
  /// trace; a payload is always JSON (one that is none is left out, since it cannot be sent), an
  /// ack names its attempt as well, and fields that the subject does not know are not sent.
  [[nodiscard]] std::string args_of(const model::Operation& operation,
                                    const model::Operation& with_handles) const {
    const bool has_fewer =
        std::holds_alternative<model::EnqueueAttempt>(operation) && !profile_.absent.empty();
    const auto* ack = std::get_if<model::AckAttempt>(&with_handles);
    const auto* append = std::get_if<model::AppendRunEvent>(&operation);
    if (!has_fewer && ack == nullptr && append == nullptr) {
      return traces::operation_args_to_text(operation);
    }
    Json args = traces::operation_args_to_json(operation);
    if (ack != nullptr) {
      const auto attempt = attempt_of_lease_.find(ack->lease_id);
      const bool is_known = attempt != attempt_of_lease_.end();
      args["attempt_id"] = traces::text_to_json(is_known ? attempt->second : ack->lease_id);
    }
    if (append != nullptr) {
      args.erase("payload_text");
      if (auto payload = traces::parse_json(append->payload)) args["payload"] = *payload;
    }
    if (has_fewer) {
      for (const std::string& name : profile_.absent) {
        constexpr std::string_view spec = "spec.";
        if (name.starts_with(spec)) args.erase(name.substr(spec.size()));
      }
    }
    return traces::print_json(args);
  }

  std::expected<Reply, BrokenSubject> read_reply(const model::Action& action, Json answer) {
    Reply reply;
    auto outcome = traces::outcome_from_json(action.operation, answer, profile_.absent);
    if (!outcome) return broken(outcome.error() + ", in the answer " + text_of(answer));
    reply.outcome = *std::move(outcome);
    if (reply.outcome) {
      put_handles(action.operation, *reply.outcome);
    } else {
      const Json& error = answer["error"];
      if (error.contains("message")) reply.message = text_of(error["message"]);
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
    if (broken_) return std::unexpected(*broken_);
    write_request(operation, now, args);
    if (auto sent = process_->send(last_request_); !sent) return broken(sent.error());
    process_->kill_within(std::chrono::microseconds(kills_.below(500)));
    ++killed_[FaultKind::kill];
    if (auto started = start_again(); !started) return std::unexpected(started.error());
    auto taken = take_snapshot();
    if (!taken) return std::unexpected(taken.error());
    if (*taken == state_) return false;
    return true;
  }

  ExecOptions options_;
  Stream kills_;
  Names killed_after_;
  FaultCounts killed_;
  std::optional<Process> process_;
  std::optional<BrokenSubject> broken_;
  bool has_said_hello_ = false;
  Profile profile_;
  Handles handles_;
  std::map<model::Id, model::Id> attempt_of_lease_;
  std::uint64_t requests_ = 0;
  std::uint64_t resets_ = 0;
  std::string last_request_;
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
