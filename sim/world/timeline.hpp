#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "lease/clock.hpp"
#include "leasecheck/spec/environment.hpp"

namespace leasecheck::sim {

/// True time and what is going to happen in it. Time stands still while something happens and then
/// jumps to the next event; events of one instant happen in the order in which they were planned.
class Timeline {
 public:
  /// `on_jump` is told each time to which true time has jumped.
  Timeline(model::Time epoch, std::function<void(model::Time)> on_jump)
      : epoch_(epoch), now_(epoch), on_jump_(std::move(on_jump)) {}

  [[nodiscard]] model::Time now() const { return now_; }
  [[nodiscard]] model::Time epoch() const { return epoch_; }

  /// Plans `happening` for `time`, or for now if that is already past.
  void at(model::Time time, std::function<void()> happening);

  /// Plans `happening` for `delay` from now.
  void after(model::Duration delay, std::function<void()> happening);

  /// Lets everything happen up to and including `end`, until `is_over` says so.
  void run_until(model::Time end, const std::function<bool()>& is_over);

 private:
  /// Small, since a heap moves its elements about; what happens stays where it is.
  struct Event {
    model::Time time;
    std::uint64_t number;
    std::size_t place;  ///< in `happenings_`
  };
  struct Later {
    bool operator()(const Event& left, const Event& right) const {
      return left.time != right.time ? left.time > right.time : left.number > right.number;
    }
  };

  void jump_to(model::Time time);

  model::Time epoch_;
  model::Time now_;
  std::function<void(model::Time)> on_jump_;
  std::uint64_t planned_ = 0;
  std::vector<Event> events_;  ///< a heap, the next one first
  std::vector<std::function<void()>> happenings_;
  std::vector<std::size_t> free_places_;  ///< in `happenings_`
};

/// A process's own clock: true time with an error.
class SkewedClock final : public lease::Clock {
 public:
  SkewedClock(const Timeline& timeline, model::ClockError error)
      : timeline_(timeline), error_(error) {}

  [[nodiscard]] lease::Time now() override { return shows(); }

  [[nodiscard]] model::Time shows() const {
    return model::shown_by(error_, timeline_.now(), timeline_.epoch());
  }

  [[nodiscard]] const model::ClockError& error() const { return error_; }

  /// Sets the clock, forwards or backwards.
  void set(const model::ClockError& error) { error_ = error; }

  /// The first true time at which this clock shows `shown` or later.
  [[nodiscard]] model::Time true_time_of(model::Time shown) const;

 private:
  const Timeline& timeline_;
  model::ClockError error_;
};

}  // namespace leasecheck::sim
