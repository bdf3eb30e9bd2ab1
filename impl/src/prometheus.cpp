#include "lease/prometheus.hpp"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "exposition.hpp"
#include "failure.hpp"

namespace lease {
namespace {

/// How many values were at most each bound and above the one before; the last is for what is above
/// all bounds.
template <std::size_t bounds>
struct Histogram {
  std::array<std::uint64_t, bounds + 1> count{};
  std::uint64_t sum = 0;

  void add(const std::array<std::uint64_t, bounds>& bound, std::uint64_t value) {
    const auto place = std::ranges::lower_bound(bound, value) - bound.begin();
    ++count.at(static_cast<std::size_t>(place));
    sum += value;
  }
};

// From a call in memory to one that waits for the longest lock.
constexpr auto duration_bounds = std::to_array<std::uint64_t>(
    {5'000, 25'000, 100'000, 500'000, 1'000'000, 2'500'000, 5'000'000, 10'000'000, 25'000'000,
     50'000'000, 100'000'000, 250'000'000, 500'000'000, 1'000'000'000, 2'500'000'000, 5'000'000'000,
     10'000'000'000});  // nanoseconds
constexpr auto group_bounds = std::to_array<std::uint64_t>({1, 2, 4, 8, 16, 32, 64, 128, 256});

/// In the order of `ErrorCode`, and then those without one.
constexpr std::size_t ok = error_code_count;
constexpr std::size_t exception = error_code_count + 1;
using ByResult = std::array<std::uint64_t, error_code_count + 2>;

std::size_t result_of(const OperationReport& report) {
  if (report.has_thrown) return exception;
  return report.error ? static_cast<std::size_t>(*report.error) : ok;
}

std::string_view name_of_result(std::size_t result) {
  if (result == ok) return "ok";
  return result == exception ? "exception" : to_string(static_cast<ErrorCode>(result));
}

struct OfOperation {
  ByResult calls{};
  ByResult items{};
  Histogram<duration_bounds.size()> nanoseconds;

  [[nodiscard]] bool was_called() const {
    return std::ranges::any_of(calls, [](std::uint64_t count) { return count > 0; });
  }
};

constexpr auto reasons = std::to_array(
    {DeadLetterReason::failed, DeadLetterReason::timed_out, DeadLetterReason::delivery_exhausted});

bool is_label_name(const std::string& name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto may_follow = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) && std::ranges::all_of(name, may_follow) &&
         !name.starts_with("__");
}

Result<void> check(const std::vector<MetricLabel>& labels) {
  std::set<std::string> taken{"le", "operation", "reason", "result", "status"};
  for (const MetricLabel& label : labels) {
    if (!is_label_name(label.name)) {
      return failure(ErrorCode::invalid_argument, "\"" + label.name + "\" is no name of a label");
    }
    if (!taken.insert(label.name).second) {
      return failure(ErrorCode::invalid_argument,
                     "the name \"" + label.name + "\" of a label is taken");
    }
    if (!utf8::is_valid(label.value.begin(), label.value.end())) {
      return failure(ErrorCode::invalid_argument,
                     "the value of the label \"" + label.name + "\" is not UTF-8");
    }
  }
  return {};
}

/// Those that have occurred.
void print_results(Exposition& out, Operation operation, const ByResult& counts) {
  for (std::size_t result = 0; result < counts.size(); ++result) {
    if (counts.at(result) == 0) continue;
    out.sample({{"operation", to_string(operation)}, {"result", name_of_result(result)}},
               counts.at(result));
  }
}

void print_statuses(Exposition& out, const CountsByStatus& counts,
                    std::initializer_list<Status> statuses) {
  for (const Status status : statuses) out.sample({{"status", to_string(status)}}, counts[status]);
}

template <std::size_t size, typename Print>
std::vector<std::string> printed_bounds(const std::array<std::uint64_t, size>& bounds,
                                        Print print) {
  std::vector<std::string> texts;
  std::ranges::transform(bounds, std::back_inserter(texts), print);
  return texts;
}

std::string in_seconds(std::uint64_t nanoseconds) {
  return printed(static_cast<double>(nanoseconds) / 1e9);
}

/// Returns: in seconds, as it is printed; 0 where nothing is dispatchable.
Result<std::string> wait_of_next(AttemptRepository& repository, Time now) {
  const auto next = repository.list_dispatchable_attempts(now, 1);
  if (!next) return std::unexpected(next.error());
  if (next->empty()) return "0";
  const auto record = repository.get_attempt(next->front().attempt_id);
  if (!record && record.error().code == ErrorCode::not_found) return "0";  // it was pruned since
  if (!record) return std::unexpected(record.error());
  if (record->ready_at >= now) return "0";
  // Unsigned, since the times may be as far apart as they like.
  const auto count = [](Time time) {
    return static_cast<std::uint64_t>(time.time_since_epoch().count());
  };
  return printed(static_cast<double>(count(now) - count(record->ready_at)) / 1e3);
}

}  // namespace

struct PrometheusMetrics::Counts {
  std::array<OfOperation, operation_count> operations{};
  Histogram<group_bounds.size()> groups;
  CountsByStatus reaped;
  CountsByStatus timed_out;
  std::array<std::uint64_t, reasons.size()> dead_letters{};
  std::uint64_t retries = 0;
  std::uint64_t pinned = 0;
  std::uint64_t pinned_pages = 0;
  std::uint64_t written_back_pages = 0;

  /// Calls `print(operation, counts)` for each operation that was called.
  template <typename Print>
  void for_each_called(Print print) const {
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (operations.at(i).was_called()) print(static_cast<Operation>(i), operations.at(i));
    }
  }
  void print_operations(Exposition& out) const;
  void print_attempts(Exposition& out) const;
  void print_storage(Exposition& out) const;
};

void PrometheusMetrics::Counts::print_operations(Exposition& out) const {
  out.metric("lease_operations_total", "counter", "Calls of the repository.");
  for_each_called(
      [&](Operation operation, const OfOperation& of) { print_results(out, operation, of.calls); });
  out.metric("lease_operation_items_total", "counter",
             "Records, claims and results of single items in the answers of the repository.");
  for_each_called(
      [&](Operation operation, const OfOperation& of) { print_results(out, operation, of.items); });
  const auto seconds = printed_bounds(duration_bounds, in_seconds);
  out.metric("lease_operation_duration_seconds", "histogram",
             "Time from a call of the repository to its answer.");
  for_each_called([&](Operation operation, const OfOperation& of) {
    out.histogram({{"operation", to_string(operation)}}, seconds, of.nanoseconds.count,
                  in_seconds(of.nanoseconds.sum));
  });
  const auto sizes = printed_bounds(group_bounds, [](auto size) { return std::to_string(size); });
  out.metric("lease_transaction_operations", "histogram",
             "Calls of the repository by how many shared their transaction.");
  out.histogram({}, sizes, groups.count, std::to_string(groups.sum));
}

void PrometheusMetrics::Counts::print_attempts(Exposition& out) const {
  out.metric("lease_reaped_leases_total", "counter",
             "Leases that had expired and were taken back, by what became of the attempt.");
  print_statuses(out, reaped, {Status::queued, Status::failed});
  out.metric("lease_timed_out_attempts_total", "counter",
             "Attempts at work for longer than their timeout, by what became of them.");
  print_statuses(out, timed_out, {Status::retry_backoff, Status::failed, Status::cancelled});
  out.metric("lease_dead_letters_total", "counter", "Attempts that failed for good.");
  for (const DeadLetterReason reason : reasons) {
    out.sample({{"reason", to_string(reason)}}, dead_letters.at(static_cast<std::size_t>(reason)));
  }
}

void PrometheusMetrics::Counts::print_storage(Exposition& out) const {
  out.metric("lease_transaction_retries_total", "counter",
             "Times that a transaction asked again for a lock that somebody else held.");
  out.sample({}, retries);
  out.metric("lease_log_pinned_total", "counter",
             "Times that the log could not be written back because of a reader.");
  out.sample({}, pinned);
  out.metric("lease_log_pinned_pages", "gauge",
             "Pages of the log that a reader keeps from being written back.");
  out.sample({}, pinned_pages);
  out.metric("lease_log_written_back_pages_total", "counter",
             "Pages of the log that were written back into the file.");
  out.sample({}, written_back_pages);
}

PrometheusMetrics::PrometheusMetrics(std::string labels)
    : labels_(std::move(labels)), counts_(std::make_unique<Counts>()) {}

PrometheusMetrics::~PrometheusMetrics() = default;

Result<std::unique_ptr<PrometheusMetrics>> PrometheusMetrics::make(
    const std::vector<MetricLabel>& labels) {
  if (auto valid = check(labels); !valid) return std::unexpected(valid.error());
  std::string text;
  for (const MetricLabel& label : labels) {
    text += (text.empty() ? "" : ",") + printed({label.name, label.value});
  }
  return std::unique_ptr<PrometheusMetrics>(new PrometheusMetrics(std::move(text)));
}

std::string PrometheusMetrics::text() const {
  Exposition out(labels_);
  const std::lock_guard lock(mutex_);
  counts_->print_operations(out);
  counts_->print_attempts(out);
  counts_->print_storage(out);
  return std::move(out).text();
}

Result<std::string> PrometheusMetrics::text_of_queue(AttemptRepository& repository,
                                                     Time now) const {
  const auto counts = repository.counts_by_status();
  if (!counts) return std::unexpected(counts.error());
  const auto depth = repository.queue_depth(now);
  if (!depth) return std::unexpected(depth.error());
  const auto wait = wait_of_next(repository, now);
  if (!wait) return std::unexpected(wait.error());
  Exposition out(labels_);
  out.metric("lease_attempts", "gauge", "Attempts in the repository.");
  print_statuses(out, *counts,
                 {Status::queued, Status::leased, Status::running, Status::retry_backoff,
                  Status::completed, Status::failed, Status::cancelled});
  out.metric("lease_dispatchable_attempts", "gauge", "Attempts that may be claimed now.");
  out.sample({}, *depth);
  out.metric("lease_next_attempt_wait_seconds", "gauge",
             "For how long the attempt that is dispatched next has been ready.");
  out.sample({}, *wait);
  return std::move(out).text();
}

void PrometheusMetrics::operation_ended(const OperationReport& report) {
  const std::lock_guard lock(mutex_);
  OfOperation& of = counts_->operations.at(static_cast<std::size_t>(report.operation));
  ++of.calls.at(result_of(report));
  of.items.at(ok) += report.items;
  for (std::size_t code = 0; code < error_code_count; ++code) {
    const std::uint64_t refused = report.refused_items.count.at(code);
    of.items.at(code) += refused;
    of.items.at(ok) -= refused;
  }
  of.nanoseconds.add(duration_bounds, static_cast<std::uint64_t>(report.duration.count()));
  if (report.group_size > 0) counts_->groups.add(group_bounds, report.group_size);
}

void PrometheusMetrics::lease_reaped(const EndedLease& lease) {
  const std::lock_guard lock(mutex_);
  ++counts_->reaped[lease.status];
}

void PrometheusMetrics::attempt_timed_out(const EndedLease& lease) {
  const std::lock_guard lock(mutex_);
  ++counts_->timed_out[lease.status];
}

void PrometheusMetrics::dead_letter_added(const DeadLetter& letter) {
  const std::lock_guard lock(mutex_);
  ++counts_->dead_letters.at(static_cast<std::size_t>(letter.reason));
}

void PrometheusMetrics::transaction_retried(std::uint64_t times) {
  const std::lock_guard lock(mutex_);
  counts_->retries += times;
}

void PrometheusMetrics::log_is_pinned(std::uint64_t pages) {
  const std::lock_guard lock(mutex_);
  ++counts_->pinned;
  counts_->pinned_pages = pages;
}

void PrometheusMetrics::log_written_back(std::uint64_t pages) {
  const std::lock_guard lock(mutex_);
  counts_->pinned_pages = 0;
  counts_->written_back_pages += pages;
}

}  // namespace lease
