#include "sim/postgres/server_interleaver.hpp"

#include <poll.h>

#include <chrono>
#include <utility>

#include "sim/check.hpp"

namespace leasecheck::sim {
namespace {

bool is_readable(int socket, std::chrono::milliseconds patience) {
  pollfd waited{.fd = socket, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, static_cast<int>(patience.count())) > 0;
}

/// How long a statement may take before the server is asked whether it waits: asking costs as much
/// as a statement.
constexpr std::chrono::milliseconds usual_time{3};

/// Schedules that may go another way than the one before them had, in all.
constexpr std::uint64_t most_strays = 1000;

}  // namespace

std::expected<std::unique_ptr<ServerInterleaver>, std::string> ServerInterleaver::make(
    std::shared_ptr<PostgresSubjects> server, std::uint32_t sessions, const OpenOnServer& open) {
  auto repository = PreparedRepository::make(std::move(server), open);
  if (!repository) return std::unexpected(repository.error());
  std::unique_ptr<ServerInterleaver> made(new ServerInterleaver(*std::move(repository)));
  if (auto opened = made->open_sessions(sessions); !opened) return std::unexpected(opened.error());
  return made;
}

std::expected<void, std::string> ServerInterleaver::open_sessions(std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    sessions_.push_back(std::make_unique<Session>());
    Session& session = *sessions_.back();
    const std::string name = std::to_string(i);
    auto opened = repository_->open_session(
        name, [this, &session](int socket, bool) { wait(session, socket); }, &session);
    if (!opened) return std::unexpected(opened.error());
    session.process = *std::move(opened);
    const auto backend = repository_->monitor().backend_of(repository_->session_name(name));
    if (!backend) return std::unexpected(backend.error());
    session.backend = *backend;
  }
  return {};
}

// A statement that is on its way is waited for; one that waits for another session is not.
void ServerInterleaver::wait(const Session& session, int socket) {
  if (scheduler_ == nullptr || !scheduler_->current()) {
    is_readable(socket, std::chrono::milliseconds(-1));
    return;
  }
  bool is_known_to_wait = false;
  scheduler_->wait_until([&] {
    for (;;) {
      if (is_readable(socket, is_known_to_wait ? std::chrono::milliseconds(0) : usual_time)) {
        return true;
      }
      if (!repository_->monitor().is_blocked(session.backend)) continue;
      if (!std::exchange(is_known_to_wait, true)) ++count_.waits;
      return false;
    }
  });
}

std::expected<std::optional<Finding>, std::string> ServerInterleaver::run(
    const InterleaveCase& subject, Strategy& strategy) {
  if (auto restored = repository_->restore(); !restored) return std::unexpected(restored.error());
  CaseRun schedule(subject, strategy);
  scheduler_ = &schedule.scheduler();
  schedule.run({.call =
                    [&](TaskId process, const model::Action& action) {
                      return sessions_[process]->process->call(action);
                    },
                .drawn_leases =
                    [&](TaskId process) { return sessions_[process]->process->drawn_leases(); }});
  scheduler_ = nullptr;
  ++count_.schedules;
  count_.points += schedule.scheduler().points();
  return schedule.judge(repository_->snapshot(), CaseRun::Claims::pass_over);
}

std::expected<std::optional<Finding>, std::string> ServerInterleaver::search(
    const InterleaveCase& subject, std::uint32_t preemptions,
    const std::function<bool()>& may_go_on) {
  check(subject.operations.size() == sessions_.size(), "one operation for each session");
  if (auto ready = repository_->lead_to(subject.prior); !ready) {
    return std::unexpected(ready.error());
  }
  ++count_.cases;
  BoundedStrategy strategy(preemptions);
  do {
    auto finding = run(subject, strategy);
    if (!finding || *finding) return finding;
    // Which of several the server refuses in a deadlock is a matter of its clock.
    if (!strategy.was_followed() && ++count_.strays > most_strays) {
      return std::unexpected("the server does not do the same for the same order of statements");
    }
  } while (may_go_on() && strategy.advance());
  return std::nullopt;
}

std::expected<std::optional<Finding>, std::string> ServerInterleaver::replay(
    const InterleaveCase& subject, const std::vector<TaskId>& schedule) {
  check(subject.operations.size() == sessions_.size(), "one operation for each session");
  if (auto ready = repository_->lead_to(subject.prior); !ready) {
    return std::unexpected(ready.error());
  }
  ++count_.cases;
  RecordedStrategy strategy(schedule);
  return run(subject, strategy);
}

ServerInterleaveCount ServerInterleaver::count() const {
  ServerInterleaveCount count = count_;
  for (const auto& session : sessions_) count.repeats += session->repeats;
  return count;
}

}  // namespace leasecheck::sim
