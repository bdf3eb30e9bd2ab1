#include "traces/timeline.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>
#include <variant>

#include "leasecheck/spec/several.hpp"
#include "traces/json.hpp"

namespace leasecheck::traces {
namespace {

using model::Time;

/// What an answer tells the worker whom it reaches about one lease.
struct Told {
  model::Id lease_id;
  bool is_stale = false;
  Time expires_at{};
  std::optional<Time> deadline;
};

struct Belief {
  Time since{};
  std::uint64_t since_step = 0;
  Time expires_at{};  ///< by the worker's clock, and so is the deadline
  std::optional<Time> deadline;
};

struct Lease {
  LeaseSpans spans;
  bool stands = true;  ///< the repository keeps its row
  Time expires_at{};   ///< by the repository's clock, and so is the deadline
  std::optional<Time> deadline;
  std::optional<Belief> belief;
  bool is_refuted = false;  ///< given up, or called stale: no late answer revives the belief
};

Time earlier(Time time, const std::optional<Time>& deadline) {
  return deadline ? std::min(time, *deadline) : time;
}

class Reading {
 public:
  explicit Reading(const Trace& trace) {
    const Time first = trace.steps.empty() ? Time{} : trace.steps.front().true_time;
    epoch_ = trace.head.deployment ? trace.head.deployment->epoch : first;
    line_.begin = std::min(epoch_, first);
    now_ = line_.begin;
    for (const Step& step : trace.steps) {
      now_ = step.true_time;
      step_ = step.number;
      std::visit([this](const auto& what) { read(what); }, step.what);
    }
    line_.end = now_;
  }

  Timeline finish() && {
    step_ = 0;
    for (Lane& lane : line_.lanes) {
      if (!lane.up.empty() && up_[lane.actor]) lane.up.back().to = now_;
    }
    for (const model::Id& attempt_id : attempts_) {
      auto& spans = statuses_[attempt_id];
      if (is_there_[attempt_id]) spans.back().span.to = now_;
      std::ranges::move(spans, std::back_inserter(line_.statuses));
    }
    for (Lease& lease : leases_) {
      if (lease.stands) close(lease);
      end_belief(lease);
      line_.leases.push_back(std::move(lease.spans));
    }
    std::vector<Lane> lanes;
    for (const bool is_worker : {true, false}) {
      std::ranges::copy_if(line_.lanes, std::back_inserter(lanes),
                           [&](const Lane& lane) { return lane.up.empty() != is_worker; });
    }
    line_.lanes = std::move(lanes);
    return std::move(line_);
  }

 private:
  Lane& lane(const std::string& actor) {
    const auto [place, is_new] = lane_of_.emplace(actor, line_.lanes.size());
    if (is_new) line_.lanes.push_back({.actor = actor, .clock = {}, .up = {}, .pauses = {}});
    return line_.lanes[place->second];
  }

  void read(const Call& call) {
    lane(call.actor);
    calls_[step_] = &call;
    if (model::reads_clock(call.action.operation)) {
      const model::Duration shown = call.action.now.time_since_epoch();
      repository_behind_ =
          model::saturating_add(now_, model::saturating_multiply(shown, -1)).time_since_epoch();
    }
  }

  void read(const Return& returned) {
    const auto found = calls_.find(returned.of);
    if (found == calls_.end()) return;
    const model::Action& action = found->second->action;
    const auto read_one = [&](const model::Operation& operation, const model::Outcome& outcome) {
      std::visit([&](const auto& asked) { read_answer(asked, returned, outcome); }, operation);
    };
    read_one(action.operation, returned.outcome);
    for (const model::Single& single : model::singles_of(action, returned.outcome)) {
      read_one(single.action.operation, single.outcome);
    }
    for (const auto& [name, value] : returned.delta) read_change(name, value);
  }

  template <class Operation>
  void read_answer(const Operation& asked, const Return& returned, const model::Outcome& outcome) {
    if constexpr (requires { asked.lease_id; }) {
      if (outcome == std::unexpected(model::ErrorCode::stale_lease)) {
        told_.emplace(returned.of, Told{asked.lease_id, true, {}, {}});
      }
    }
    if (!outcome) return;
    const auto* record = std::get_if<model::LeaseRecord>(&*outcome);
    if constexpr (std::is_same_v<Operation, model::UpsertLease>) {
      if (record != nullptr) grant(*record, returned.of);
    } else if constexpr (requires { asked.lease_expires_at; }) {
      extend(asked.lease_id, record != nullptr ? record->lease_expires_at : asked.lease_expires_at,
             returned.of);
    } else if constexpr (std::is_same_v<Operation, model::AckAttempt> ||
                         std::is_same_v<Operation, model::ReleaseLease>) {
      // Where others were at work nobody recorded what changed, and the answer says that it ended.
      if (returned.delta.empty()) end_lease(asked.lease_id);
    }
  }

  void grant(const model::LeaseRecord& record, std::uint64_t call) {
    lane(record.worker_id);
    end_lease(record.lease_id);  // granted twice, which is a defect: each grant has its spans
    const Span span{now_, now_, call, 0};
    lease_of_[record.lease_id] = leases_.size();
    leases_.push_back(
        {.spans = {record.lease_id, record.attempt_id, record.worker_id, span, span, {}},
         .expires_at = record.lease_expires_at,
         .deadline = record.execution_deadline,
         .belief = {}});
    told_.emplace(call,
                  Told{record.lease_id, false, record.lease_expires_at, record.execution_deadline});
  }

  void extend(const model::Id& lease_id, Time expires_at, std::uint64_t call) {
    Lease* lease = find(lease_id);
    if (lease == nullptr) return;
    if (lease->stands) lease->expires_at = expires_at;
    told_.emplace(call, Told{lease_id, false, expires_at, lease->deadline});
  }

  Lease* find(const model::Id& lease_id) {
    const auto found = lease_of_.find(lease_id);
    return found == lease_of_.end() ? nullptr : &leases_[found->second];
  }

  void end_lease(const model::Id& lease_id) {
    if (Lease* lease = find(lease_id); lease != nullptr && lease->stands) close(*lease);
  }

  void close(Lease& lease) {
    lease.stands = false;
    Span& enforced = lease.spans.enforced;
    enforced.to = now_;
    enforced.last_step = step_;
    const Time expired =
        model::saturating_add(earlier(lease.expires_at, lease.deadline), repository_behind_);
    Span& granted = lease.spans.granted;
    granted.to = std::clamp(expired, granted.from, now_);
    granted.last_step = expired < now_ ? 0 : step_;
  }

  void read_change(const std::string& name, const std::string& value) {
    const std::size_t dot = name.rfind('.');
    if (dot == std::string::npos) {
      if (value == "null") row_is_gone(name);
      return;
    }
    const auto json = parse_json(value);
    const std::string_view field = std::string_view(name).substr(dot + 1);
    if (!json) return;
    if (field == "status" && json->is_string()) {
      change_status(name.substr(0, dot), json->get<std::string>());
    } else if (field == "lease_expires_at" && json->is_number_integer()) {
      Lease* lease = find(name.substr(0, dot));
      if (lease != nullptr && lease->stands) {
        lease->expires_at = model::at_ms(json->get<std::int64_t>());
      }
    }
  }

  void row_is_gone(const std::string& name) {
    end_lease(name);
    const auto attempt = statuses_.find(name);
    if (attempt == statuses_.end()) return;
    end_status(name);
    is_there_[name] = false;
  }

  void change_status(const model::Id& attempt_id, std::string status) {
    const auto [place, is_new] = statuses_.try_emplace(attempt_id);
    if (is_new) attempts_.push_back(attempt_id);
    end_status(attempt_id);
    place->second.push_back({attempt_id, std::move(status), {now_, now_, step_, 0}});
    is_there_[attempt_id] = true;
  }

  void end_status(const model::Id& attempt_id) {
    auto& spans = statuses_[attempt_id];
    if (spans.empty() || !is_there_[attempt_id]) return;
    spans.back().span.to = now_;
    spans.back().span.last_step = step_;
  }

  void read(const model::Environment& event) {
    std::visit([this](const auto& what) { happened(what); }, event);
  }

  void read(const DiskEvent&) {}

  void happened(const model::WorkerStarted& started) {
    Lane& worker = lane(started.worker);
    if (worker.up.empty()) worker.clock = started.clock;
    clocks_[started.worker] = started.clock;
    worker.up.push_back({now_, now_, step_, 0});
    up_[started.worker] = true;
  }

  void happened(const model::WorkerStopped& stopped) {
    for (Lease& lease : leases_) {
      if (lease.spans.worker_id == stopped.worker) end_belief(lease);
    }
    if (!std::exchange(up_[stopped.worker], false)) return;
    Span& up = lane(stopped.worker).up.back();
    up.to = now_;
    up.last_step = step_;
  }

  void happened(const model::WorkerPaused& paused) {
    const Time until = model::saturating_add(now_, paused.duration);
    lane(paused.worker).pauses.push_back({now_, until, step_, 0});
  }

  void happened(const model::LeaseGivenUp& given_up) {
    if (Lease* lease = find(given_up.lease_id)) refute(*lease);
  }

  void happened(const model::ClockStepped& stepped) {
    for (Lease& lease : leases_) {
      if (lease.spans.worker_id == stepped.worker && lease.belief && end_of_belief(lease) <= now_) {
        end_belief(lease);
      }
    }
    clocks_[stepped.worker] = stepped.clock;
  }

  void happened(const model::ReplyDelivered& delivered) {
    const auto [first, last] = told_.equal_range(delivered.call);
    for (auto told = first; told != last; ++told) take_in(delivered.worker, told->second);
  }

  void take_in(const model::Id& worker, const Told& told) {
    if (!up_[worker]) return;
    Lease* lease = find(told.lease_id);
    if (lease == nullptr || lease->spans.worker_id != worker) return;
    if (told.is_stale) return refute(*lease);
    if (lease->is_refuted) return;
    if (lease->belief && end_of_belief(*lease) <= now_) end_belief(*lease);
    if (!lease->belief) lease->belief = Belief{now_, step_, told.expires_at, {}};
    lease->belief->expires_at = std::max(lease->belief->expires_at, told.expires_at);
    lease->belief->deadline = told.deadline;
  }

  template <class Other>
  void happened(const Other&) {}

  void refute(Lease& lease) {
    end_belief(lease);
    lease.is_refuted = true;
  }

  /// When the worker's clock shows that its lease is over; not later than now. Clocks run forwards.
  Time end_of_belief(const Lease& lease) {
    const model::ClockError& clock = clocks_[lease.spans.worker_id];
    const Time expires_at = earlier(lease.belief->expires_at, lease.belief->deadline);
    Time from = lease.belief->since;
    Time to = now_;
    while (from < to) {
      const Time middle = model::at_ms(
          std::midpoint(from.time_since_epoch().count(), to.time_since_epoch().count()));
      if (model::shown_by(clock, middle, epoch_) < expires_at) {
        from = middle + model::Duration{1};
      } else {
        to = middle;
      }
    }
    const bool is_over = model::shown_by(clock, from, epoch_) >= expires_at;
    return is_over ? from : model::end_of_time;
  }

  void end_belief(Lease& lease) {
    if (!lease.belief) return;
    const Time over = end_of_belief(lease);
    const Belief& belief = *lease.belief;
    if (over > belief.since) {
      const bool ran_out = over <= now_;
      lease.spans.believed.push_back(
          {belief.since, std::min(over, now_), belief.since_step, ran_out ? 0 : step_});
    }
    lease.belief.reset();
  }

  Timeline line_;
  Time epoch_{};
  Time now_{};
  std::uint64_t step_ = 0;
  model::Duration repository_behind_{
      0};  ///< true time less what the repository's clock showed last
  std::map<std::string, std::size_t> lane_of_;
  std::map<std::uint64_t, const Call*> calls_;
  std::multimap<std::uint64_t, Told> told_;  ///< by call; of one on several, one for each
  std::vector<Lease> leases_;
  std::map<model::Id, std::size_t> lease_of_;  ///< the last that was granted by this id
  std::vector<model::Id> attempts_;
  std::map<model::Id, std::vector<StatusSpan>> statuses_;
  std::map<model::Id, bool> is_there_;
  std::map<model::Id, model::ClockError> clocks_;
  std::map<model::Id, bool> up_;
};

}  // namespace

Timeline timeline_of(const Trace& trace) {
  return Reading(trace).finish();
}

}  // namespace leasecheck::traces
