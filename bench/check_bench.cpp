// Measures the checker on lease-core beside the yardstick: one line of JSON per run, on standard
// output.
//
//   check_bench [--workers W --attempts A --ttl T --grace G --epochs E] [--jobs N] [--symmetry]
//   check_bench --yardstick
//   check_bench --compare [--runs N]    the largest configuration: ours, the yardstick, the ratios

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "bench/yardstick.hpp"
#include "leasecheck/check/checker.hpp"
#include "model/lease_core/lease_core.hpp"

namespace {

using leasecheck::bench::Counts;
using leasecheck::check::Checker;
using leasecheck::check::LeaseCore;
using leasecheck::check::Verdict;

struct Measured {
  std::string checker;
  Counts counts;
  double seconds = 0;
  double bytes_per_state = 0;
  std::uint64_t renamings = 1;
};

template <typename Body>
double seconds_of(Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print(const Measured& m) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "{\"checker\": \"%s\", \"states\": %llu, \"transitions\": %llu, \"depth\": %llu, "
      "\"seconds\": %.3f, \"bytes_per_state\": %.1f, \"peak_resident_kib\": %ld, "
      "\"renamings\": %llu}\n",
      m.checker.c_str(), static_cast<unsigned long long>(m.counts.states),
      static_cast<unsigned long long>(m.counts.transitions),
      static_cast<unsigned long long>(m.counts.depth), m.seconds, m.bytes_per_state,
      usage.ru_maxrss, static_cast<unsigned long long>(m.renamings));
}

Measured measure_yardstick() {
  Measured result{.checker = "yardstick", .counts = {}};
  result.seconds = seconds_of([&] { result.counts = leasecheck::bench::yardstick(); });
  return result;
}

Measured measure(const LeaseCore& model, const leasecheck::check::Options& options) {
  Measured result{.checker = "leasecheck", .counts = {}};
  result.checker += options.symmetry ? ", symmetry" : "";
  result.checker += ", " + std::to_string(options.jobs) + (options.jobs == 1 ? " job" : " jobs");
  if (options.symmetry) result.renamings = model.renamings();
  result.seconds = seconds_of([&] {
    const auto report = Checker(model, options).run();
    leasecheck::check::require(report && report->verdict == Verdict::held, "lease-core holds");
    result.counts = {report->states, report->transitions, report->depth};
    result.bytes_per_state = report->bytes_per_state();
  });
  return result;
}

// The run of median time. Runs of all kinds take turns, so that other load hits them alike.
template <typename Measure>
std::vector<Measured> medians(unsigned runs, const std::vector<Measure>& kinds) {
  std::vector<std::vector<Measured>> results(kinds.size());
  for (unsigned run = 0; run < runs; ++run) {
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) results[kind].push_back(kinds[kind]());
  }
  std::vector<Measured> medians;
  for (auto& of_kind : results) {
    std::ranges::sort(of_kind, {}, &Measured::seconds);
    medians.push_back(of_kind[of_kind.size() / 2]);
  }
  return medians;
}

int compare(unsigned runs) {
  const auto model = LeaseCore::make({});
  const auto ours = [&](unsigned jobs, bool symmetry) {
    return std::function<Measured()>(
        [&model, jobs, symmetry] { return measure(*model, {.jobs = jobs, .symmetry = symmetry}); });
  };
  const auto found =
      medians(runs, std::vector<std::function<Measured()>>{measure_yardstick, ours(1, false),
                                                           ours(2, false), ours(1, true)});
  for (const Measured& measured : found) print(measured);
  const auto& [yardstick, one, two, symmetry] = std::tie(found[0], found[1], found[2], found[3]);
  const bool equal = yardstick.counts.states == one.counts.states &&
                     yardstick.counts.transitions == one.counts.transitions &&
                     yardstick.counts.depth == one.counts.depth &&
                     one.counts.states == two.counts.states;
  std::printf("counts equal: %s\n", equal ? "yes" : "NO");
  std::printf("share of the yardstick's speed, one job: %.2f\n", yardstick.seconds / one.seconds);
  std::printf("two jobs to one: %.2f\n", one.seconds / two.seconds);
  std::printf("bytes per state: %.1f\n", one.bytes_per_state);
  std::printf("symmetry: %.3f s, %.1f times fewer states of at most %llu\n", symmetry.seconds,
              static_cast<double>(one.counts.states) / static_cast<double>(symmetry.counts.states),
              static_cast<unsigned long long>(symmetry.renamings));
  return equal ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Measures the model checker on lease-core.");
  LeaseCore::Bounds bounds;
  leasecheck::check::Options options;
  unsigned runs = 3;
  app.add_option("--workers", bounds.workers, "Workers");
  app.add_option("--attempts", bounds.attempts, "Attempts");
  app.add_option("--ttl", bounds.ttl, "Ticks a lease lasts");
  app.add_option("--grace", bounds.grace, "Ticks of the grace window");
  app.add_option("--epochs", bounds.epochs, "Highest epoch");
  app.add_option("--jobs", options.jobs, "Worker threads")->check(CLI::PositiveNumber);
  app.add_flag("--symmetry", options.symmetry, "One state per renaming of workers and attempts");
  app.add_option("--runs", runs, "Runs of each kind, for the median")->check(CLI::PositiveNumber);
  bool yardstick = false;
  bool comparison = false;
  app.add_flag("--yardstick", yardstick, "Measure the hand-written search");
  app.add_flag("--compare", comparison, "Measure ours beside it, and print the ratios");
  CLI11_PARSE(app, argc, argv);

  if (comparison) return compare(runs);
  if (yardstick) return print(measure_yardstick()), 0;
  const auto model = LeaseCore::make(bounds);
  if (!model) return std::fprintf(stderr, "check_bench: %s\n", model.error().c_str()), 2;
  print(measure(*model, options));
}
