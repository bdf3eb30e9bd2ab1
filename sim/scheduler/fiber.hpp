#pragma once

#include <functional>
#include <memory>

namespace leasecheck::sim {

/// A function with a stack of its own that can stand still in the middle, inside other people's C
/// code too, and go on later. No thread is involved.
///
/// AddressSanitizer is told of every change of stacks, so that it can run over fibers.
/// Pre: a fiber that was begun is resumed until it has ended before it is destroyed: a stack that
/// is thrown away in the middle would leave SQLite's frames on it without their cleanup.
/// Thread: one thread.
/// Source: Boost.Context, fcontext; the sanitizer's interface, sanitizer/common_interface_defs.h.
class Fiber {
 public:
  /// `body` does not throw. Nothing runs yet.
  explicit Fiber(std::function<void()> body);
  ~Fiber();
  Fiber(Fiber&& other) noexcept;
  Fiber& operator=(Fiber&& other) noexcept;

  /// Runs it until it suspends or ends. Pre: it has not ended, and the caller is not inside it.
  void resume();

  /// Goes back to who resumed it. Pre: the caller is inside it.
  void suspend();

  [[nodiscard]] bool has_ended() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leasecheck::sim
