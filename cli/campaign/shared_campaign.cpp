#include "cli/campaign/shared_campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "cli/exit_code.hpp"
#include "lease/lease_manager.hpp"
#include "lease/worker.hpp"

namespace leasecheck::cli {
namespace {

constexpr std::uint64_t page = 200;
constexpr const char* result_kind = "seed";

/// A range that was begun so often and whose process was then lost is not tried again.
constexpr std::int64_t most_deliveries = 20;

/// A process that is interrupted gives its range back as failed, which says nothing of the range.
constexpr std::int64_t most_retries = 1'000'000'000;

template <typename T>
T value_of(lease::Result<T> result) {
  if (!result) throw Stop{result.error().message};
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

lease::AttemptId id_of(SeedRange seeds) {
  constexpr std::string_view form = "seeds {:020}..{:020}";  // the order of ids is that of seeds
  return lease::AttemptId(fmt::format(form, seeds.first, seeds.last));
}

SeedRange seeds_of(const lease::AttemptId& id) {
  constexpr std::string_view head = "seeds ";
  if (!id.str().starts_with(head)) {
    throw Stop{"the queue holds an attempt that is no range of seeds: " + id.str()};
  }
  return parse_seeds(id.str().substr(head.size()));
}

void check_name(const SharedCampaign& campaign, const lease::RunId& run_id) {
  if (run_id.str() == campaign.name) return;
  throw Stop{fmt::format("the queue holds another campaign: {}\nthis is: {}", run_id.str(),
                         campaign.name)};
}

// A trace that is longer than an event may be is left out, though the failure names it: whoever
// reports has the seed, which gives it again.
std::string payload_of(SeedResult result) {
  std::string text = to_text(result);
  if (text.size() > lease::max_payload_bytes) {
    result.traces.clear();
    text = to_text(result);
  }
  if (text.size() <= lease::max_payload_bytes) return text;
  throw Stop{fmt::format("seed {}: its result has {} bytes, an event may have {}", result.seed,
                         text.size(), lease::max_payload_bytes)};
}

// Whoever may write into the queue may have written anything.
SeedResult result_in(const lease::RunEvent& event) {
  auto result = event.kind == result_kind ? seed_result_from_text(event.payload) : std::nullopt;
  const SeedRange enqueued = seeds_of(event.attempt_id);
  if (result && result->seed >= enqueued.first && result->seed <= enqueued.last) {
    return *std::move(result);
  }
  throw Stop{fmt::format("event {} in the queue, of seeds {}..{}, is no result of one of them",
                         event.seq, enqueued.first, enqueued.last)};
}

/// The jobs of one process.
class SeedWorker {
 public:
  SeedWorker(const SharedCampaign& campaign, const SeedOptions& options)
      : campaign_(campaign), options_(options) {}

  lease::AckOutcome run(lease::Job& job, const std::function<bool()>& is_to_end) {
    try {
      check_name(campaign_, job.attempt().run_id);
      const SeedRange seeds = seeds_of(job.attempt().attempt_id);
      for (std::uint64_t seed = seeds.first;; ++seed) {
        if (is_to_end() || job.stop_token().stop_requested()) return lease::AckOutcome::failed;
        const lease::NewRunEvent event{result_kind, payload_of(run_seed(options_, seed))};
        if (!append(job, event)) return lease::AckOutcome::failed;
        ++seeds_run_;
        if (seed == seeds.last) return lease::AckOutcome::completed;
      }
    } catch (...) {
      const std::scoped_lock lock(mutex_);
      thrown_ = std::current_exception();
      return lease::AckOutcome::failed;
    }
  }

  [[nodiscard]] bool has_thrown() {
    const std::scoped_lock lock(mutex_);
    return thrown_ != nullptr;
  }
  void rethrow() {
    if (thrown_) std::rethrow_exception(thrown_);
  }
  [[nodiscard]] std::uint64_t seeds_run() const { return seeds_run_; }

 private:
  // While the queue is out of reach, the lease says for how long it is worth trying.
  static bool append(lease::Job& job, const lease::NewRunEvent& event) {
    for (;;) {
      const auto appended = job.append_event(event);
      if (appended) return true;
      if (appended.error().code != lease::ErrorCode::unavailable || !job.is_held()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }

  const SharedCampaign& campaign_;
  const SeedOptions& options_;
  std::atomic<std::uint64_t> seeds_run_ = 0;
  std::mutex mutex_;
  std::exception_ptr thrown_;
};

bool is_all_done(lease::AttemptRepository& repository) {
  const auto counts = repository.counts_by_status();
  if (!counts) return false;
  return (*counts)[lease::Status::queued] + (*counts)[lease::Status::leased] +
             (*counts)[lease::Status::running] + (*counts)[lease::Status::retry_backoff] ==
         0;
}

void add_events(const SharedCampaign& campaign, SharedResults& shared) {
  const lease::RunId run_id(campaign.name);
  for (std::uint64_t after = 0;;) {
    const auto events = value_of(campaign.repository.list_run_events(run_id, after, page));
    if (events.empty()) return;
    after = events.back().seq;
    for (const lease::RunEvent& event : events) {
      SeedResult result = result_in(event);
      const std::uint64_t seed = result.seed;
      const auto [known, is_new] = shared.results.emplace(seed, std::move(result));
      // What a lost machine had begun another one does again, and the same comes out.
      if (is_new || to_text(known->second) == event.payload) continue;
      throw Stop{fmt::format("seed {}: two machines that ran it say different things", seed),
                 ExitCode::broken};
    }
  }
}

}  // namespace

void enqueue_seeds(const SharedCampaign& campaign, SeedRange seeds, std::uint64_t each) {
  const auto present = value_of(campaign.repository.list_attempts({}, std::nullopt, 1));
  for (const lease::AttemptRecord& attempt : present) check_name(campaign, attempt.run_id);
  std::vector<lease::AttemptSpec> specs;
  for (std::uint64_t first = seeds.first;; first += each) {
    lease::AttemptSpec spec;
    const bool is_last = seeds.last - first < each;
    const SeedRange range{.first = first, .last = is_last ? seeds.last : first + each - 1};
    spec.attempt_id = id_of(range);
    spec.run_id = lease::RunId(campaign.name);
    spec.max_deliveries = most_deliveries;
    spec.retry_policy = lease::RetryPolicy{.strategy = lease::BackoffStrategy::fixed,
                                           .backoff = lease::Duration{1000},
                                           .max_backoff = std::nullopt,
                                           .multiplier = 1,
                                           .max_retries = most_retries};
    specs.push_back(std::move(spec));
    if (is_last || specs.size() == page) {
      for (auto& enqueued : value_of(campaign.repository.enqueue_attempts(specs))) {
        value_of(std::move(enqueued));
      }
      specs.clear();
    }
    if (is_last) return;
  }
}

std::uint64_t work_on_seeds(const SharedCampaign& campaign, const SeedOptions& options,
                            const WorkBounds& bounds, const std::function<bool()>& is_to_end) {
  lease::SystemClock clock;
  SeedWorker seeds(campaign, options);
  lease::Worker worker(campaign.repository, clock,
                       {.worker_id = lease::WorkerId(bounds.worker_id),
                        .concurrency = 1,
                        .lease_ttl = bounds.lease_ttl});
  lease::LeaseManager reaper(campaign.repository, clock, {.grace = bounds.grace});
  std::stop_source stop;
  std::jthread reaping([&] { static_cast<void>(reaper.run(stop.get_token())); });
  std::jthread watching([&] {
    while (!stop.stop_requested()) {
      if (is_to_end() || seeds.has_thrown() || is_all_done(campaign.repository)) {
        stop.request_stop();
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  const auto ended =
      worker.run(stop.get_token(), [&](lease::Job& job) { return seeds.run(job, is_to_end); });
  stop.request_stop();
  reaping.join();
  watching.join();
  seeds.rethrow();
  value_of(ended);
  return seeds.seeds_run();
}

SharedResults results_in(const SharedCampaign& campaign) {
  SharedResults shared;
  std::optional<lease::AttemptId> after;
  for (;;) {
    const auto attempts = value_of(campaign.repository.list_attempts({}, after, page));
    if (attempts.empty()) break;
    after = attempts.back().attempt_id;
    for (const lease::AttemptRecord& attempt : attempts) {
      check_name(campaign, attempt.run_id);
      const SeedRange seeds = seeds_of(attempt.attempt_id);
      if (shared.ranges == 0) shared.seeds.first = seeds.first;
      shared.seeds.last = std::max(shared.seeds.last, seeds.last);
      ++shared.ranges;
      if (attempt.status == lease::Status::completed) ++shared.done;
      if (attempt.status == lease::Status::failed) ++shared.given_up;
    }
  }
  if (shared.ranges == 0) throw Stop{"the queue holds no campaign: `campaign enqueue` begins one"};
  add_events(campaign, shared);
  return shared;
}

}  // namespace leasecheck::cli
