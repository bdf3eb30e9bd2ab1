#include "sim/postgres/session_losses.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "lease/observer.hpp"
#include "properties/linearizability/linearizability.hpp"
#include "sim/check.hpp"
#include "sim/concurrency/case_trace_recorder.hpp"
#include "sim/concurrency/overlapped_calls.hpp"

namespace leasecheck::sim {
namespace {

struct KindName {
  SessionLoss::Kind kind;
  std::string_view name;
};
constexpr std::array kinds{KindName{SessionLoss::Kind::session_lost, "session_lost"},
                           KindName{SessionLoss::Kind::answer_lost, "answer_lost"}};

struct Repeats final : lease::Observer {
  std::uint64_t count = 0;
  void transaction_retried(std::uint64_t times) override { count += times; }
};

void wait_for(int socket, bool to_write) {
  constexpr short reading = POLLIN;
  constexpr short both = POLLIN | POLLOUT;
  pollfd waited{.fd = socket, .events = to_write ? both : reading, .revents = 0};
  ::poll(&waited, 1, -1);
}

/// Takes what the server has said and cuts the connection.
void lose_answer(int socket) {
  wait_for(socket, false);
  std::array<char, 4096> taken{};
  while (::recv(socket, taken.data(), taken.size(), MSG_DONTWAIT) > 0) {
  }
  ::shutdown(socket, SHUT_RDWR);
}

Finding finding_of(const InterleaveCase& subject, const SessionLoss& loss,
                   const properties::ConcurrentCall& call, const std::string& message) {
  CaseTraceRecorder recorder("crash");
  recorder.add_prior(subject.prior);
  recorder.add_event({traces::DiskEvent::Kind::mishap, session_loss_text(loss)});
  const std::uint64_t number = recorder.add_call(CaseTraceRecorder::process_name(0), call.action);
  if (call.outcome) recorder.add_answer(number, *call.outcome);
  const std::string property(name_of(properties::StorageProperty::linearizable));
  return {.property = property,
          .message = message,
          .reproduce = session_loss_text(loss),
          .trace = std::move(recorder).finish(property, message)};
}

}  // namespace

std::vector<InterleaveCase> session_loss_cases() {
  std::vector<InterleaveCase> cases;
  for (const PriorState& prior : prior_states()) {
    for (SmallOperation& operation : small_operations()) {
      cases.push_back({prior, {std::move(operation)}});
    }
  }
  return cases;
}

std::string session_loss_text(const SessionLoss& loss) {
  const auto kind = std::ranges::find(kinds, loss.kind, &KindName::kind);
  return std::string(kind->name) + '@' + std::to_string(loss.statement);
}

std::optional<SessionLoss> session_loss_from_text(std::string_view text) {
  const std::size_t at = text.find('@');
  const auto kind = std::ranges::find(kinds, text.substr(0, at), &KindName::name);
  if (at == std::string_view::npos || kind == kinds.end()) return std::nullopt;
  SessionLoss loss{.kind = kind->kind, .statement = 0};
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + at + 1, end, loss.statement);
  if (error != std::errc{} || rest != end || loss.statement == 0) return std::nullopt;
  return loss;
}

std::expected<std::unique_ptr<SessionLosses>, std::string> SessionLosses::make(
    std::shared_ptr<PostgresSubjects> server, const OpenOnServer& open) {
  auto repository = PreparedRepository::make(std::move(server), open);
  if (!repository) return std::unexpected(repository.error());
  return std::unique_ptr<SessionLosses>(new SessionLosses(*std::move(repository)));
}

std::expected<SessionLosses::Tried, std::string> SessionLosses::try_at(
    const InterleaveCase& subject, const SessionLoss& loss) {
  if (auto restored = repository_->restore(); !restored) return std::unexpected(restored.error());
  Tried tried;
  Repeats repeats;
  bool is_under_way = false;
  std::uint64_t waits = 0;
  Monitor& monitor = repository_->monitor();
  const std::string name = repository_->session_name("lost");
  const auto process = repository_->open_session(
      "lost",
      [&](int socket, bool to_write) {
        if (!is_under_way || ++waits != loss.statement) return wait_for(socket, to_write);
        tried.was_lost = true;
        if (loss.kind == SessionLoss::Kind::answer_lost) return lose_answer(socket);
        monitor.end_session(name);
        wait_for(socket, to_write);
      },
      &repeats);
  if (!process) return std::unexpected(process.error());

  OverlappedCalls calls(subject.prior.state);
  const model::Action& action = subject.operations.front().action;
  const std::size_t call = calls.begin(0, action);
  is_under_way = true;
  Reply reply = (*process)->call(action);
  count_.losses += tried.was_lost ? 1 : 0;
  count_.repeats += repeats.count;
  count_.unknown += reply.effect_unknown ? 1 : 0;
  calls.end(call, reply.effect_unknown ? std::nullopt : std::optional(std::move(reply.outcome)),
            (*process)->drawn_leases());

  const auto left = repository_->snapshot();
  if (!left) return std::unexpected(left.error().message);
  calls.history().final_snapshot = *left;
  const auto verdict = properties::check_linearizable(calls.history()).verdict;
  check(verdict != properties::Linearizability::gave_up, "one call has one order");
  if (verdict == properties::Linearizability::not_linearizable) {
    tried.finding = finding_of(subject, loss, calls.history().calls.front(),
                               "what is stored is not what was answered: " + calls.in_words(*left));
  }
  return tried;
}

std::expected<std::optional<Finding>, std::string> SessionLosses::search(
    const InterleaveCase& subject) {
  if (auto ready = repository_->lead_to(subject.prior); !ready) {
    return std::unexpected(ready.error());
  }
  ++count_.cases;
  for (const KindName& kind : kinds) {
    for (SessionLoss loss{.kind = kind.kind, .statement = 1};; ++loss.statement) {
      auto tried = try_at(subject, loss);
      if (!tried) return std::unexpected(tried.error());
      if (tried->finding) return std::move(tried->finding);
      if (!tried->was_lost) break;
    }
  }
  return std::nullopt;
}

std::expected<std::optional<Finding>, std::string> SessionLosses::replay(
    const InterleaveCase& subject, const SessionLoss& loss) {
  if (auto ready = repository_->lead_to(subject.prior); !ready) {
    return std::unexpected(ready.error());
  }
  ++count_.cases;
  auto tried = try_at(subject, loss);
  if (!tried) return std::unexpected(tried.error());
  return std::move(tried->finding);
}

}  // namespace leasecheck::sim
