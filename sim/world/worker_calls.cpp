#include "sim/world/worker_calls.hpp"

#include <memory>
#include <utility>

namespace leasecheck::sim {
namespace {

/// The answers of several calls as the answer of one: what was not carried out, as far as is known,
/// fails all of it.
template <typename T>
lease::Result<lease::Results<T>> as_one(lease::Results<T> answers) {
  for (const lease::Result<T>& answer : answers) {
    if (!answer && answer.error().code == lease::ErrorCode::unavailable) {
      return std::unexpected(answer.error());
    }
  }
  return answers;
}

}  // namespace

WorkerCalls::WorkerCalls(Context context, VirtualProcess& process, SkewedClock& clock, model::Id id,
                         std::uint64_t candidates, Callbacks callbacks)
    : context_(context),
      process_(process),
      id_(std::move(id)),
      repository_(context.referee, id_, clock, context.repository_clock),
      scheduler_(repository_, context.repository_clock,
                 {.lease_ttl = context.plan.ttl, .candidates = candidates}),
      callbacks_(std::move(callbacks)) {}

void WorkerCalls::speak_for(model::Id id) {
  id_ = std::move(id);
  repository_.speak_for(id_);
}

void WorkerCalls::claim(std::uint64_t limit, Callback<Claims> done) {
  const bool is_together = claims_several();
  ask(
      is_together ? "claim_attempts" : "dispatch",
      [this, limit] {
        Claims claims = claim_now(limit);
        if (!claims) return claims;
        for (const lease::Claim& claim : *claims) {
          grants_[claim.lease.lease_id] = repository_.last_call()->call;
        }
        return claims;
      },
      std::move(done));
}

// Where claims are not made together the scheduler that ships lists and claims.
Claims WorkerCalls::claim_now(std::uint64_t limit) {
  const lease::WorkerId worker(id_);
  if (claims_several()) {
    return repository_.claim_attempts(worker, limit, context_.plan.ttl);
  }
  const auto dispatched = scheduler_.dispatch(worker);
  if (!dispatched) return std::unexpected(dispatched.error());
  if (!*dispatched) return {};
  return std::vector{lease::Claim{(*dispatched)->attempt, (*dispatched)->lease}};
}

void WorkerCalls::heartbeat(const std::vector<lease::LeaseHeartbeat>& heartbeats,
                            Callback<Renewals> done) {
  const bool shows_version = is_versioned();
  if (shows_version && takes_several<model::HeartbeatLeases>()) {
    return ask(
        "heartbeat_leases", [this, heartbeats] { return repository_.heartbeat_leases(heartbeats); },
        std::move(done));
  }
  std::vector<std::function<lease::Result<lease::LeaseRecord>()>> calls;
  calls.reserve(heartbeats.size());
  for (const lease::LeaseHeartbeat& heartbeat : heartbeats) {
    calls.emplace_back([this, heartbeat] { return renew_now(heartbeat); });
  }
  // One that is refused has lost its lease, whatever becomes of the others.
  ask_each<lease::LeaseRecord>(
      shows_version ? "heartbeat_lease_with_version" : "heartbeat_lease", calls, std::move(done),
      [this, heartbeats](std::size_t i, const lease::Result<lease::LeaseRecord>& answer) {
        report_if_stale(heartbeats[i].holder.lease_id, answer);
      });
}

// A heartbeat without a version answers no record; what is known of the lease is what was asked.
lease::Result<lease::LeaseRecord> WorkerCalls::renew_now(const lease::LeaseHeartbeat& heartbeat) {
  const auto& [holder, asked] = heartbeat;
  if (is_versioned()) {
    return repository_.heartbeat_lease_with_version(holder, asked);
  }
  const auto renewed =
      repository_.heartbeat_lease(holder.lease_id, asked.heartbeat_at, asked.lease_expires_at);
  if (!renewed) return std::unexpected(renewed.error());
  lease::LeaseRecord record;
  record.lease_id = holder.lease_id;
  record.worker_id = holder.worker_id;
  record.lease_expires_at = asked.lease_expires_at;
  record.heartbeat_at = asked.heartbeat_at;
  record.version = asked.expected_version;
  return record;
}

void WorkerCalls::ack(const std::vector<lease::AttemptAck>& acks,
                      std::function<void(const lease::AckRequest&, const Acknowledgements&)> done) {
  const auto part = [&done](lease::AckRequest request) -> Callback<Acknowledgements> {
    return [done, request = std::move(request)](const Acknowledgements& answer) {
      done(request, answer);
    };
  };
  if (takes_several<model::AckAttempts>()) {
    return ask(
        "ack_attempts",
        [this, acks] { return repository_.ack_attempts(acks, context_.repository_clock.shows()); },
        part({acks}));
  }
  for (const lease::AttemptAck& ack : acks) {
    ask(
        "ack_attempt",
        [this, ack] {
          return as_one(lease::Results<lease::AckResult>{
              repository_.ack_attempt(ack.holder, ack.outcome, context_.repository_clock.shows())});
        },
        part({{ack}}));
    // Nobody can be told, so the lease runs out.
    if (!offers<model::AckAttempt>()) answer_at_once(Acknowledgements{}, part({{ack}}));
  }
}

void WorkerCalls::read(const std::vector<lease::LeaseRecord>& known, Callback<OwnLeases> done) {
  if (takes_several<model::ListAttempts>() && offers<model::GetLeaseForAttempt>()) {
    return ask(
        "list_attempts", [this] { return repository_.list_attempts_of(lease::WorkerId(id_)); },
        [this, done](const lease::Result<std::vector<lease::AttemptRecord>>& listed) {
          if (!listed) return done(std::unexpected(listed.error()));
          std::vector<FindLease> finds;
          finds.reserve(listed->size());
          for (const lease::AttemptRecord& record : *listed) {
            finds.emplace_back([this, attempt_id = record.attempt_id] {
              return repository_.get_lease_for_attempt(attempt_id);
            });
          }
          read_each("get_lease_for_attempt", finds, done);
        });
  }
  if (!offers<model::GetLease>()) return answer_at_once(OwnLeases(known), std::move(done));
  std::vector<FindLease> calls;
  calls.reserve(known.size());
  for (const lease::LeaseRecord& record : known) {
    calls.emplace_back(
        [this, lease_id = record.lease_id] { return repository_.get_lease(lease_id); });
  }
  read_each("get_lease", calls, std::move(done));
}

void WorkerCalls::read_each(std::string_view operation, const std::vector<FindLease>& calls,
                            Callback<OwnLeases> done) {
  using Found = lease::Results<std::optional<lease::LeaseRecord>>;
  ask_each<std::optional<lease::LeaseRecord>>(
      operation, calls, [this, done = std::move(done)](const lease::Result<Found>& found) {
        if (!found) return done(std::unexpected(found.error()));
        std::vector<lease::LeaseRecord> own;
        for (const auto& lease : *found) {
          if (lease && *lease && (*lease)->worker_id.str() == id_) own.push_back(**lease);
        }
        done(own);
      });
}

void WorkerCalls::start(const lease::LeaseId& lease_id) {
  ask_about(lease_id, "start_attempt", [this, holder = holder_of(lease_id)] {
    return repository_.start_attempt(holder, context_.repository_clock.shows());
  });
}

void WorkerCalls::append_event(const lease::LeaseId& lease_id, const lease::NewRunEvent& event) {
  ask_about(lease_id, "append_run_event", [this, holder = holder_of(lease_id), event] {
    return repository_.append_run_event(holder, event, context_.repository_clock.shows());
  });
}

template <typename Call>
void WorkerCalls::ask_about(const lease::LeaseId& lease_id, std::string_view operation, Call call) {
  ask(operation, std::move(call), [this, lease_id](const std::invoke_result_t<Call>& answer) {
    report_if_stale(lease_id, answer);
  });
}

template <typename T>
void WorkerCalls::report_if_stale(const lease::LeaseId& lease_id, const lease::Result<T>& answer) {
  if (!answer && answer.error().code == lease::ErrorCode::stale_lease)
    callbacks_.told_stale(lease_id);
}

void WorkerCalls::release(const lease::LeaseId& lease_id) {
  send("release_lease", [this, holder = holder_of(lease_id)](lease::WorkerRepository& repository) {
    static_cast<void>(repository.release_lease(holder, context_.repository_clock.shows()));
  });
}

void WorkerCalls::send(std::string_view operation,
                       std::function<void(lease::WorkerRepository&)> call) {
  ask(
      operation,
      [this, call = std::move(call)] {
        call(repository_);
        return lease::Result<void>();
      },
      [](const lease::Result<void>&) {});
}

template <typename Call>
void WorkerCalls::ask(std::string_view operation, Call call,
                      Callback<std::invoke_result_t<Call>> done) {
  using Answer = std::invoke_result_t<Call>;
  const auto asked =
      std::make_shared<Asked<Call>>(std::move(call), std::move(done), process_.incarnation());
  const auto serve = [this, asked]() -> std::optional<Served> {
    Answer answer = asked->call();
    const auto& made = repository_.last_call();
    if (!made) return std::nullopt;
    const std::uint64_t number = made->call;
    return Served{number, [this, asked, number, answer = std::move(answer)] {
                    receive(asked, number, answer);
                  }};
  };
  const auto give_up = [this, asked] {
    const lease::Error unknown(lease::ErrorCode::unavailable, "no answer in time",
                               lease::Effect::unknown);
    if (asked->is_waiting) hear<Call>(*asked, std::unexpected(unknown));
  };
  context_.network.send({.worker = id_,
                         .operation = std::string(operation),
                         .serve = serve,
                         .give_up = process_.while_alive(give_up)});
}

template <typename Call>
void WorkerCalls::hear(Asked<Call>& asked, const std::invoke_result_t<Call>& answer) {
  asked.is_waiting = false;
  asked.done(answer);
  callbacks_.after_each();
}

// Whoever has gone, has given up waiting or was answered hears nothing that comes later.
template <typename Call>
void WorkerCalls::receive(const std::shared_ptr<Asked<Call>>& asked, std::uint64_t number,
                          const std::invoke_result_t<Call>& answer) {
  const auto lose = [this, number] {
    context_.referee.happen(model::ReplyLost{.worker = id_, .call = number});
  };
  if (!process_.is(asked->incarnation)) return lose();
  process_.do_when_awake([this, asked, lose, number, answer] {
    if (!asked->is_waiting) return lose();
    context_.referee.happen(model::ReplyDelivered{.worker = id_, .call = number});
    hear<Call>(*asked, answer);
  });
}

template <typename T>
void WorkerCalls::ask_each(std::string_view operation,
                           const std::vector<std::function<lease::Result<T>()>>& calls,
                           Callback<lease::Result<lease::Results<T>>> done,
                           std::function<void(std::size_t, const lease::Result<T>&)> each_done) {
  struct Answers {
    lease::Results<T> all;
    std::size_t missing = 0;
  };
  if (calls.empty()) return answer_at_once(lease::Result<lease::Results<T>>(), std::move(done));
  const auto answers = std::make_shared<Answers>();
  answers->all.resize(calls.size());
  answers->missing = calls.size();
  for (std::size_t i = 0; i < calls.size(); ++i) {
    ask(operation, calls[i], [answers, i, done, each_done](const lease::Result<T>& answer) {
      answers->all[i] = answer;
      if (each_done) each_done(i, answer);
      if (--answers->missing == 0) done(as_one(std::move(answers->all)));
    });
  }
}

template <typename Answer>
void WorkerCalls::answer_at_once(Answer answer, Callback<Answer> done) {
  process_.later(model::Duration{0}, [this, answer = std::move(answer), done = std::move(done)] {
    done(answer);
    callbacks_.after_each();
  });
}

}  // namespace leasecheck::sim
