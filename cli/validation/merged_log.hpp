#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/validation/log_source.hpp"
#include "properties/validation/logged_call.hpp"

namespace leasecheck::cli {

/// What is known of the clocks and the writers of a log.
struct MergeOptions {
  /// Two clocks, of two writers or of a writer and the repository, differ by so much at most.
  model::Duration skew{0};
  /// A call that has not been answered after so long by its writer's clock is taken as one that
  /// never will be.
  model::Duration lost_after{60'000};
};

struct CallBegins {
  properties::LoggedCall call;
  std::vector<std::uint64_t> after;  ///< see `LogValidator::begin`
};

struct CallEnds {
  std::uint64_t number = 0;
};

using LogEvent = std::variant<CallBegins, CallEnds>;

/// The calls of several files in one order, each with its answer. What one file says keeps its
/// order; between files, two calls overlap unless their times, and the skew of their clocks, say
/// that one ended before the other began.
///
/// Memory: what overlaps the calls that wait for their answers.
/// Complexity: O(log n) for each event, in the number of calls that overlap.
/// Thread: one thread.
class MergedLog {
 public:
  MergedLog(std::vector<std::unique_ptr<LogSource>> sources, MergeOptions options);

  /// The next event.
  /// Returns: nothing, if what has been written so far does not say which is next.
  /// Throws: Stop, as a source does, and for times that go back where they may not.
  [[nodiscard]] std::optional<LogEvent> next();

  /// Nothing will be written any more: what is left is all there is.
  void finish();

  /// Nothing will be written any more that happened before this time.
  void let_pass(model::Time time);

  [[nodiscard]] std::uint64_t lines() const;
  [[nodiscard]] std::uint64_t torn_lines() const;

 private:
  enum class Side : std::uint8_t { begins, ends };

  /// A place in the order of events. The lines of one file alone keep their order: there is no time
  /// then. Otherwise a call that begins at the time at which another one ends overlaps it.
  struct Place {
    model::Time time{};
    Side side = Side::begins;
    std::uint64_t sequence = 0;
    auto operator<=>(const Place&) const = default;
  };

  struct Event {
    Side side = Side::begins;
    std::uint64_t number = 0;
  };

  struct Source {
    std::unique_ptr<LogSource> log;
    model::Time last = model::beginning_of_time;   ///< how far its clock has come
    std::map<std::uint64_t, std::uint64_t> calls;  ///< that wait for their answers, by its numbers
    std::vector<std::uint64_t> ended;              ///< calls whose end has no event yet
    bool has_more = true;
  };

  struct Pending {
    properties::LoggedCall call;
    std::vector<std::uint64_t> after;
    std::size_t source = 0;
    model::Time began{};
    bool is_complete = false;
    bool did_not_happen = false;
  };

  [[nodiscard]] bool is_first_known();
  [[nodiscard]] bool read_any();
  [[nodiscard]] bool read_one(std::size_t source);
  [[nodiscard]] std::optional<LogEvent> take_first();
  [[nodiscard]] bool may_go_first(const Source& source, model::Time time) const;

  std::uint64_t begin(std::size_t source, traces::LogCall call);
  void end(std::size_t source, std::uint64_t number, model::Time at, traces::LogAnswer answer);
  void give_up(std::size_t source);
  void place(model::Time time, Side side, std::uint64_t number);
  [[nodiscard]] model::Time advanced(std::size_t source, model::Time time);

  std::vector<Source> sources_;
  MergeOptions options_;
  bool keeps_lines_;  ///< one file alone, whose calls stand in the order in which they happened
  std::map<Place, Event> events_;
  std::map<std::uint64_t, Pending> pending_;
  std::uint64_t calls_ = 0;
  std::uint64_t sequence_ = 0;
  bool is_finished_ = false;
  model::Time passed_ = model::beginning_of_time;
};

}  // namespace leasecheck::cli
