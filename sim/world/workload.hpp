#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "leasecheck/spec/records.hpp"
#include "sim/faults.hpp"
#include "sim/random.hpp"

/// What a deployment has to do, and what befalls it, in its own numbers: rates, ranges and tables
/// of whole milliseconds. The seed still draws each instant and each choice.
namespace leasecheck::sim {

/// A table of durations.
class Distribution {
 public:
  /// So much of the whole lies between these two, each duration as likely as another.
  struct Share {
    std::uint32_t weight = 1;
    model::Duration least{0};
    model::Duration most{0};
  };

  /// Always nothing.
  Distribution() : Distribution({Share{}}) {}
  /// Pre: at least one share; weights above 0, together below 2^32; `least <= most`.
  explicit Distribution(std::vector<Share> shares) : shares_(std::move(shares)) {}

  [[nodiscard]] model::Duration draw(Stream& stream) const;
  [[nodiscard]] model::Duration longest() const;
  [[nodiscard]] const std::vector<Share>& shares() const { return shares_; }

 private:
  std::vector<Share> shares_;
};

/// A time until what happens again and again, without memory, once in `every` on average: a
/// geometrically distributed number of steps, each the 63.5th part of that.
/// Pre: `every` is a second or more.
[[nodiscard]] model::Duration draw_interval(Stream& stream, model::Duration every);

/// From this time of the day on, so many attempts in each interval.
struct Rate {
  model::Duration from{0};  ///< from midnight, UTC
  std::uint32_t attempts = 0;
  model::Duration per{60'000};
};

/// When the attempts of one interval come.
enum class Instants : std::uint8_t {
  spread,   ///< each at an instant of its own, all equally likely
  together  ///< all at its beginning
};

/// Attempts that are alike.
struct JobKind {
  std::string name;         ///< their ids are made of it
  std::vector<Rate> rates;  ///< by time of the day; the first is from midnight on
  Instants instants = Instants::spread;
  Distribution work;          ///< how long one execution takes
  Permille fails = 0;         ///< of executions, beside those that are asked to stop, which all do
  model::AttemptSpec spec{};  ///< of each of them, but for its ids
};

/// What befalls each worker now and then.
struct Interruptions {
  model::Duration every{0};  ///< on average, between two of one worker; 0: never
  Distribution length;
};

/// A time that was announced.
struct Maintenance {
  enum class Kind : std::uint8_t {
    repository_unavailable,  ///< no request arrives; producers and reapers wait until it is over
    workers_drained          ///< all end their jobs, stop, and start again when it is over
  };
  Kind kind = Kind::repository_unavailable;
  model::Duration at{0};  ///< from the beginning of the run
  model::Duration lasts{0};
  std::optional<model::Duration> every = {};  ///< after which it comes again
};

/// How long what has finished is kept, dead letters as well, and how often older ones are pruned.
struct Retention {
  model::Duration keep{0};
  model::Duration every{0};
};

struct Workload {
  std::vector<JobKind> jobs;  ///< each with a name of its own
  model::Duration heartbeat{0};
  Interruptions crashes;  ///< `length`: until the worker is up again
  Interruptions pauses;   ///< it stands still
  std::vector<Maintenance> maintenance;
  std::optional<Retention> retention = {};

  /// The id of attempt number `number` of this kind, which is that of its run as well.
  [[nodiscard]] static model::Id id_of(const JobKind& kind, std::uint64_t number);
  /// Pre: `attempt_id` is what `id_of` gave.
  [[nodiscard]] const JobKind& kind_of(std::string_view attempt_id) const;
  /// Of all kinds.
  [[nodiscard]] model::Duration longest_work() const;
};

/// The rate at this time since midnight of the first day.
/// Pre: `rates` is as in a `JobKind`.
[[nodiscard]] const Rate& rate_at(const std::vector<Rate>& rates, model::Duration since_midnight);

/// How many attempts of this kind come within `duration` from midnight on.
[[nodiscard]] std::uint64_t attempts_within(const JobKind& kind, model::Duration duration);

}  // namespace leasecheck::sim
