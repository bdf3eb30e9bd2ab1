#include "model/system/margin.hpp"

#include <utility>

namespace leasecheck::system {
namespace {

struct Searched {
  Proof proof;  ///< If nothing was found and no depth was asked for.
  std::optional<Run> found;
};

/// The searches of one way.
class Search {
 public:
  Search(const MarginOptions& options, Way way) : options_(options), way_(way) {}

  std::expected<Margin, Undecided> run();

 private:
  using Result = std::expected<Searched, Undecided>;

  /// No deployment needs a larger skew: no comparison of this world reaches further.
  [[nodiscard]] Duration range() const {
    return options_.ttl + options_.grace + options_.timeout +
           options_.backoff.value_or(Duration{0});
  }
  [[nodiscard]] Options full_world(Duration skew) const;
  [[nodiscard]] Options probed_world(Duration skew) const;
  Result search(const Options& world, std::optional<std::uint64_t> depth);
  /// Narrows down to neighbours: the least skew that shows two believers, as far as probes see.
  std::expected<void, Undecided> bisect();

  const MarginOptions& options_;
  Way way_;
  unsigned searches_ = 0;
  bool probes_full_world_ = false;
  std::optional<Run> known_;  ///< Of the least skew so far.
  std::uint64_t depth_ = 0;
};

Options Search::full_world(Duration skew) const {
  Options world{.ttl = options_.ttl,
                .grace = options_.grace,
                .heartbeat_period = options_.heartbeat_period,
                .skew = skew};
  world.messages = way_ == Way::reap ? options_.messages : 0;
  world.reaping = way_ != Way::time_out;
  if (way_ != Way::reap) {
    world.timeout = options_.timeout;
    world.backoff = options_.backoff.value_or(Duration{1});
    world.retries = 1;
  }
  world.effects = false;
  world.faults = {.crashes = true, .loss = false, .duplication = false, .giving_up = false};
  return world;
}

Options Search::probed_world(Duration skew) const {
  Options world = full_world(skew);
  if (probes_full_world_) return world;
  world.messages = 0;
  world.heartbeat_period = Duration{0};
  world.faults.crashes = false;
  return world;
}

Search::Result Search::search(const Options& world, std::optional<std::uint64_t> depth) {
  ++searches_;
  const std::string what = std::string(word(way_)) + " at a skew of " +
                           std::to_string(world.skew.count()) + " ms" + (depth ? "" : ", whole");
  check::Options how{.jobs = options_.jobs,
                     .memory_limit_bytes = options_.memory_limit_bytes,
                     .max_depth = depth,
                     .symmetry = true};
  if (options_.progress) {
    how.progress = [&](const check::Progress& progress) {
      return options_.progress(what, progress);
    };
  }
  const auto explored = explore(world, how);
  if (!explored) return std::unexpected(Undecided{explored.error(), true});
  Searched searched{.proof = {.world = world,
                              .states = explored->states,
                              .transitions = explored->transitions,
                              .depth = explored->depth,
                              .bytes_per_state = explored->bytes_per_state},
                    .found = explored->find("no_double_belief")->counterexample};
  if (explored->limit && explored->limit != check::Limit::depth && !searched.found) {
    const std::string states = " after " + std::to_string(explored->states) + " states";
    if (explored->limit == check::Limit::stopped) {
      return std::unexpected(Undecided{what + ": interrupted" + states});
    }
    return std::unexpected(
        Undecided{what + ": a limit ended the search" + states +
                  "; durations with a larger common divisor, or fewer messages, need fewer"});
  }
  return searched;
}

std::expected<void, Undecided> Search::bisect() {
  Duration below{-1};  // a skew of zero is searched too, if all above it show two believers
  while (known_->world.skew - below > Duration{1}) {
    const Duration middle = below + (known_->world.skew - below) / 2;
    auto searched = search(probed_world(middle), depth_);
    if (!searched) return std::unexpected(searched.error());
    if (searched->found) {
      known_ = std::move(searched->found);
    } else {
      below = middle;
    }
  }
  return {};
}

std::expected<Margin, Undecided> Search::run() {
  auto far = search(probed_world(range()), std::nullopt);
  if (!far) return std::unexpected(far.error());
  known_ = std::move(far->found);
  Duration margin = range();
  while (true) {
    if (known_) {
      depth_ = known_->actions.size();
      if (auto narrowed = bisect(); !narrowed) return std::unexpected(narrowed.error());
      margin = known_->world.skew - Duration{1};
      if (margin < Duration{0}) {
        return std::unexpected(Undecided{"two workers believe in one attempt without any skew"});
      }
    }
    Options world = full_world(margin);
    world.waits = Waits::next;
    auto proof = search(world, std::nullopt);
    if (!proof) return std::unexpected(proof.error());
    if (!proof->found) {
      return Margin{.way = way_,
                    .margin = margin,
                    .searches = searches_,
                    .proof = proof->proof,
                    .beyond = known_};
    }
    probes_full_world_ = true;
    auto refuted = search(full_world(margin), std::nullopt);
    if (!refuted) return std::unexpected(refuted.error());
    known_ = std::move(refuted->found);
  }
}

// What the searched worlds have no flags for: durations that only a deployment has.
std::expected<void, std::string> validate(const MarginOptions& options) {
  const Options world{.ttl = options.ttl,
                      .grace = options.grace,
                      .heartbeat_period = options.heartbeat_period,
                      .timeout = options.timeout,
                      .backoff = options.backoff.value_or(Duration{1})};
  if (auto valid = validate(world); !valid) return valid;
  if (options.heartbeat_period >= options.ttl) {
    return std::unexpected("--heartbeat " + std::to_string(options.heartbeat_period.count()) +
                           "ms: expected less than the --ttl of " +
                           std::to_string(options.ttl.count()) +
                           "ms; no lease would live until its first heartbeat");
  }
  const Duration range = options.ttl + options.grace + options.timeout + world.backoff;
  if (range > longest) {
    return std::unexpected(
        "--ttl, --grace, --timeout and --backoff: expected at most 24h together");
  }
  return {};
}

}  // namespace

std::string_view word(Way way) {
  switch (way) {
    case Way::reap:
      return "reap";
    case Way::time_out:
      return "timeout";
    case Way::both:
      return "both";
  }
  std::unreachable();
}

std::expected<Margin, Undecided> find_margin(const MarginOptions& options, Way way) {
  return Search(options, way).run();
}

std::expected<std::vector<Margin>, Undecided> find_margins(const MarginOptions& options) {
  if (auto valid = validate(options); !valid) {
    return std::unexpected(Undecided{valid.error(), true});
  }
  std::vector<Way> ways{Way::reap};
  if (options.backoff) ways.insert(ways.end(), {Way::time_out, Way::both});
  std::vector<Margin> margins;
  for (const Way way : ways) {
    auto found = find_margin(options, way);
    if (!found) return std::unexpected(found.error());
    margins.push_back(*std::move(found));
  }
  return margins;
}

}  // namespace leasecheck::system
