#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "sim/world/timeline.hpp"

namespace leasecheck::sim {

/// A process in virtual time: it starts, stands still, stops and starts again. What one incarnation
/// planned happens to no later one, and waits for the end of a pause.
class VirtualProcess {
 public:
  explicit VirtualProcess(Timeline& timeline) : timeline_(timeline) {}

  void start();
  void stop();
  /// It stands still until `resume`.
  void pause() { is_paused_ = true; }
  /// What was to happen meanwhile happens now.
  void resume();

  [[nodiscard]] bool is_up() const { return is_up_; }
  [[nodiscard]] bool is_paused() const { return is_paused_; }
  /// Its number; nothing has it while the process is down.
  [[nodiscard]] std::uint64_t incarnation() const { return incarnation_; }
  [[nodiscard]] bool is(std::uint64_t incarnation) const {
    return is_up_ && incarnation == incarnation_;
  }

  void later(model::Duration delay, std::function<void()> happening);
  void at(model::Time time, std::function<void()> happening);
  /// Does it now, or where the process is paused at the end of that. Pre: the process is up.
  template <typename Happening>
  void do_when_awake(Happening happening) {
    if (is_paused_) {
      waiting_.push_back(while_alive(std::move(happening)));
    } else {
      happening();
    }
  }
  /// Returns: what does `happening` if this incarnation still is when it is called.
  [[nodiscard]] std::function<void()> while_alive(std::function<void()> happening);

 private:
  Timeline& timeline_;
  bool is_up_ = false;
  bool is_paused_ = false;
  std::uint64_t incarnation_ = 0;
  std::vector<std::function<void()>> waiting_;  ///< for the end of the pause
};

}  // namespace leasecheck::sim
