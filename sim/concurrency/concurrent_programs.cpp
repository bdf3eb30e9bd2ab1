#include "sim/concurrency/concurrent_programs.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <variant>

#include "sim/interruption.hpp"

namespace leasecheck::sim {
namespace {

using Milliseconds = std::chrono::milliseconds;

/// After so long a program that says nothing is taken for one that waits for another: for a lock,
/// say.
constexpr Milliseconds patience{100};

/// So often everybody may wait for everybody else in a row.
constexpr int most_rounds_of_waiting = 100;

BrokenSubject in_words(std::uint32_t process, const BrokenSubject& error) {
  return {"process " + std::to_string(process) + ": " + error.message};
}

}  // namespace

std::expected<std::unique_ptr<ConcurrentPrograms>, BrokenSubject> ConcurrentPrograms::start(
    const Process::Options& program, std::uint32_t processes) {
  std::unique_ptr<ConcurrentPrograms> programs;
  for (std::uint32_t i = 0; i < processes; ++i) {
    auto client = std::make_unique<Client>(program);
    if (auto started = client->protocol.start(); !started) {
      return std::unexpected(in_words(i, started.error()));
    }
    const auto answer = client->protocol.hello(ProtocolClient::Mode::among_others);
    if (!answer) return std::unexpected(in_words(i, answer.error()));
    auto profile = profile_from_json(answer->at("ok"));
    if (!profile) return std::unexpected(BrokenSubject{"hello: " + profile.error()});
    if (profile->processes < processes) {
      return std::unexpected(BrokenSubject{
          "its handshake allows \"processes\": " + std::to_string(profile->processes) + ", and " +
          std::to_string(processes) + " are needed"});
    }
    if (profile->deviates(Deviation::lease_version_restarts)) {
      return std::unexpected(BrokenSubject{
          "lease_version_restarts: whose version is meant is not known of several at once"});
    }
    if (!programs) programs.reset(new ConcurrentPrograms(*std::move(profile)));
    programs->clients_.push_back(std::move(client));
  }
  programs->timeout_ = program.timeout;
  if (auto emptied = programs->reset(); !emptied) return std::unexpected(emptied.error());
  return programs;
}

properties::Comparison ConcurrentPrograms::comparison() {
  return {.step =
              [this](model::State state, const properties::ConcurrentCall& call) {
                const model::Outcome unknown = std::unexpected(model::ErrorCode::unavailable);
                model::IndexedModel model(std::move(state));
                model::Outcome expected =
                    follower_.apply(model, call.action, call.outcome.value_or(unknown));
                return model::Step{.state = model.state(), .outcome = std::move(expected)};
              },
          .are_same_answers =
              [this](const model::Outcome& seen, const model::Outcome& expected) {
                model::Outcome completed = seen;
                follower_.complete(completed, expected);
                return completed == expected;
              },
          .are_same_states =
              [this](const model::Snapshot& seen, const model::Snapshot& expected) {
                model::Snapshot completed = seen;
                static_cast<void>(follower_.complete(completed, expected, expected,
                                                     Follower::Answered::as_expected));
                return completed == expected;
              }};
}

std::expected<void, BrokenSubject> ConcurrentPrograms::reset() {
  words_ = {};
  const auto reply = call({.now = {}, .operation = model::Reset{}});
  if (!reply) return std::unexpected(reply.error());
  if (!reply->outcome) return std::unexpected(BrokenSubject{"it refused to be empty"});
  return {};
}

std::expected<Reply, BrokenSubject> ConcurrentPrograms::call(const model::Action& action) {
  std::optional<Reply> answered;
  bool is_first = true;
  const Callers callers{.next = [&](TaskId process) -> std::optional<model::Action> {
                          if (process != 0 || !std::exchange(is_first, false)) return std::nullopt;
                          return action;
                        },
                        .begun = [](TaskId, const model::Action&) {},
                        .ended = [&](TaskId, const Reply& reply) { answered = reply; }};
  RecordedStrategy alone({});
  if (auto done = overlap(callers, alone); !done) return std::unexpected(done.error());
  return *std::move(answered);
}

std::expected<std::optional<model::Snapshot>, BrokenSubject> ConcurrentPrograms::snapshot() {
  if (!profile().offers("snapshot")) return std::nullopt;
  ProtocolClient& first = clients_.front()->protocol;
  if (auto begun = first.begin("snapshot", {}, "{}"); !begun) {
    return std::unexpected(begun.error());
  }
  while (true) {
    auto said = first.listen(timeout_);
    if (!said) return std::unexpected(said.error());
    if (std::holds_alternative<ProtocolClient::Silence>(*said)) {
      return first.broken("no answer for " + std::to_string(timeout_.count()) + " ms");
    }
    if (std::holds_alternative<ProtocolClient::YieldPoint>(*said)) {
      if (auto gone = first.go_on(); !gone) return std::unexpected(gone.error());
      continue;
    }
    auto shown = ProgramWords::snapshot_of(profile(), std::get<traces::Json>(*said));
    if (!shown) return first.broken(shown.error());
    words_.put_handles(*shown);
    return *std::move(shown);
  }
}

std::expected<std::vector<TaskId>, BrokenSubject> ConcurrentPrograms::overlap(
    const Callers& callers, Strategy& strategy) {
  for (const auto& client : clients_) client->doing = Doing::nothing;
  std::vector<TaskId> decisions;
  if (!profile().yields) {
    if (auto done = overlap_freely(callers); !done) return std::unexpected(done.error());
    return decisions;
  }
  std::optional<TaskId> last;
  int rounds_of_waiting = 0;
  while (true) {
    prepare_next(callers);
    const std::vector<TaskId> able = runnable();
    if (able.empty()) {
      if (is_anyone(Doing::running)) {
        if (auto heard = hear_those_that_run(callers, timeout_); !heard) {
          return std::unexpected(heard.error());
        }
        continue;
      }
      if (!is_anyone(Doing::waiting)) return decisions;
      if (++rounds_of_waiting > most_rounds_of_waiting) {
        return std::unexpected(
            BrokenSubject{"every process waits for another to do something, again and again"});
      }
      end_waits_but_of(processes());
      continue;
    }
    const bool can_go_on = last && std::ranges::find(able, *last) != able.end();
    TaskId chosen = able.front();
    if (able.size() > 1) {
      chosen = strategy.choose({.runnable = able, .current = can_go_on ? last : std::nullopt});
      decisions.push_back(chosen);
    }
    last = chosen;
    Client& client = *clients_[chosen];
    const bool is_new = client.doing == Doing::nothing;
    if (auto gone = is_new ? begin(chosen, callers) : go_on(chosen, callers); !gone) {
      return std::unexpected(gone.error());
    }
    if (client.doing != Doing::waiting) {
      rounds_of_waiting = 0;
      end_waits_but_of(chosen);
    }
    if (auto heard = hear_those_that_run(callers, patience); !heard) {
      return std::unexpected(heard.error());
    }
  }
}

// Every process has a request under way as long as it has any left.
std::expected<void, BrokenSubject> ConcurrentPrograms::overlap_freely(const Callers& callers) {
  while (true) {
    prepare_next(callers);
    for (TaskId process = 0; process < clients_.size(); ++process) {
      if (clients_[process]->doing != Doing::nothing) continue;
      if (auto begun = begin(process, callers); !begun) return begun;
    }
    if (!is_anyone(Doing::running)) return {};
    if (auto heard = hear_those_that_run(callers, timeout_); !heard) return heard;
  }
}

void ConcurrentPrograms::prepare_next(const Callers& callers) {
  for (TaskId process = 0; process < clients_.size(); ++process) {
    Client& client = *clients_[process];
    if (client.doing != Doing::nothing || client.next) continue;
    client.next = callers.next(process);
    if (!client.next) client.doing = Doing::done;
  }
}

std::expected<void, BrokenSubject> ConcurrentPrograms::begin(TaskId process,
                                                             const Callers& callers) {
  Client& client = *clients_[process];
  client.action = *std::exchange(client.next, std::nullopt);
  const model::Action& action = *client.action;
  callers.begun(process, action);
  const std::string args = words_.args_of(profile(), action.operation);
  if (auto begun = client.protocol.begin(model::name_of(action.operation), action.now, args);
      !begun) {
    return std::unexpected(in_words(process, begun.error()));
  }
  client.doing = Doing::running;
  return profile().yields ? hear(process, callers, patience) : Done{};
}

std::expected<void, BrokenSubject> ConcurrentPrograms::go_on(TaskId process,
                                                             const Callers& callers) {
  Client& client = *clients_[process];
  if (auto gone = client.protocol.go_on(); !gone) {
    return std::unexpected(in_words(process, gone.error()));
  }
  client.doing = Doing::running;
  return hear(process, callers, patience);
}

std::expected<void, BrokenSubject> ConcurrentPrograms::hear(TaskId process, const Callers& callers,
                                                            Milliseconds how_long) {
  Client& client = *clients_[process];
  auto said = client.protocol.listen(how_long);
  if (!said) return std::unexpected(in_words(process, said.error()));
  if (std::holds_alternative<ProtocolClient::Silence>(*said)) return {};
  if (const auto* point = std::get_if<ProtocolClient::YieldPoint>(&*said)) {
    client.doing = point->waits ? Doing::waiting : Doing::stopped;
    return {};
  }
  auto reply = words_.reply_of(profile(), *client.action, std::get<traces::Json>(*said));
  if (!reply) return std::unexpected(in_words(process, {reply.error()}));
  client.doing = Doing::nothing;
  callers.ended(process, *reply);
  return {};
}

/// Waits until one of them has said something; for `how_long` at most, unless that is the timeout.
std::expected<void, BrokenSubject> ConcurrentPrograms::hear_those_that_run(const Callers& callers,
                                                                           Milliseconds how_long) {
  std::vector<TaskId> running;
  std::vector<int> outputs;
  for (TaskId process = 0; process < clients_.size(); ++process) {
    if (clients_[process]->doing != Doing::running) continue;
    running.push_back(process);
    outputs.push_back(clients_[process]->protocol.output());
  }
  if (running.empty()) return {};
  const std::vector<bool> speaks = Process::wait_for_any(outputs, how_long);
  if (interrupted) return std::unexpected(BrokenSubject{"interrupted while it was waited for"});
  bool is_anyone_heard = false;
  for (std::size_t i = 0; i < running.size(); ++i) {
    if (!speaks[i]) continue;
    is_anyone_heard = true;
    if (auto heard = hear(running[i], callers, Milliseconds{0}); !heard) return heard;
  }
  if (is_anyone_heard || how_long < timeout_) return {};
  return std::unexpected(BrokenSubject{"no process has said anything for " +
                                       std::to_string(timeout_.count()) +
                                       " ms, and each has a request to answer"});
}

void ConcurrentPrograms::end_waits_but_of(TaskId process) {
  for (TaskId other = 0; other < clients_.size(); ++other) {
    Client& client = *clients_[other];
    if (other != process && client.doing == Doing::waiting) client.doing = Doing::stopped;
  }
}

std::vector<TaskId> ConcurrentPrograms::runnable() const {
  std::vector<TaskId> able;
  for (TaskId process = 0; process < clients_.size(); ++process) {
    const Doing doing = clients_[process]->doing;
    if (doing == Doing::nothing || doing == Doing::stopped) able.push_back(process);
  }
  return able;
}

bool ConcurrentPrograms::is_anyone(Doing doing) const {
  return std::ranges::any_of(clients_,
                             [doing](const auto& client) { return client->doing == doing; });
}

std::vector<model::Id> leases_in(const model::Action& action, const Reply& reply) {
  std::vector<model::Id> ids;
  if (!reply.outcome || !is_claim(action.operation)) return ids;
  if (const auto* lease = std::get_if<model::LeaseRecord>(&*reply.outcome)) {
    ids.push_back(lease->lease_id);
  } else if (const auto* claims = std::get_if<std::vector<model::Claim>>(&*reply.outcome)) {
    for (const model::Claim& claim : *claims) ids.push_back(claim.lease.lease_id);
  }
  return ids;
}

}  // namespace leasecheck::sim
