#include "sim/world/virtual_process.hpp"

#include <utility>

namespace leasecheck::sim {

void VirtualProcess::start() {
  is_up_ = true;
  is_paused_ = false;
  ++incarnation_;
}

void VirtualProcess::stop() {
  is_up_ = false;
  waiting_.clear();
}

void VirtualProcess::resume() {
  is_paused_ = false;
  for (const auto& happening : std::exchange(waiting_, {})) happening();
}

void VirtualProcess::later(model::Duration delay, std::function<void()> happening) {
  timeline_.after(delay, while_alive(std::move(happening)));
}

void VirtualProcess::at(model::Time time, std::function<void()> happening) {
  timeline_.at(time, while_alive(std::move(happening)));
}

std::function<void()> VirtualProcess::while_alive(std::function<void()> happening) {
  return [this, incarnation = incarnation_, happening = std::move(happening)] {
    if (!is(incarnation)) return;
    if (is_paused_) {
      waiting_.push_back(while_alive(happening));
    } else {
      happening();
    }
  };
}

}  // namespace leasecheck::sim
