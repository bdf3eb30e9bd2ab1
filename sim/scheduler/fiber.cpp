#include "sim/scheduler/fiber.hpp"

#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "sim/check.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define LEASECHECK_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LEASECHECK_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef LEASECHECK_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif

namespace leasecheck::sim {
namespace {

namespace context = boost::context;

/// The two ends of a change of stacks, for AddressSanitizer; nothing without it.
struct StackChange {
  void* fake_stack = nullptr;

  void begin([[maybe_unused]] const void* bottom, [[maybe_unused]] std::size_t size) {
#ifdef LEASECHECK_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(&fake_stack, bottom, size);
#endif
  }
  /// `bottom` and `size` are those of the stack that was left.
  void end([[maybe_unused]] const void** bottom, [[maybe_unused]] std::size_t* size) {
#ifdef LEASECHECK_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(fake_stack, bottom, size);
#endif
  }
};

/// Stacks that ended fibers left: runs of a few hundred microseconds would otherwise be spent on
/// getting memory from the system.
class Stacks {
 public:
  static constexpr std::size_t size = std::size_t{256} << 10;

  ~Stacks() {
    for (context::stack_context& stack : free_) allocator_.deallocate(stack);
  }

  context::stack_context take() {
    if (free_.empty()) return allocator_.allocate();
    context::stack_context stack = free_.back();
    free_.pop_back();
    return stack;
  }

  void give_back(context::stack_context stack) { free_.push_back(stack); }

 private:
  context::fixedsize_stack allocator_{size};
  std::vector<context::stack_context> free_;
};

Stacks& stacks() {
  thread_local Stacks pool;
  return pool;
}

/// What Boost.Context wants of an allocator; the pool does the work.
struct PooledStack {
  context::stack_context stack;
  context::stack_context allocate() { return stack; }
  void deallocate(context::stack_context& left) { stacks().give_back(left); }
};

}  // namespace

struct Fiber::State {
  std::function<void()> body;
  context::stack_context stack = stacks().take();
  context::fiber inside;   // where the fiber goes on, while it is suspended
  context::fiber outside;  // where its resumer goes on, while it runs
  StackChange into, out_of;
  const void* outside_bottom = nullptr;
  std::size_t outside_size = 0;
  bool is_inside = false;
  bool has_begun = false;
  bool has_ended = false;

  [[nodiscard]] const void* bottom() const {
    return static_cast<const char*>(stack.sp) - stack.size;
  }

  context::fiber run(context::fiber resumer) {
    out_of.end(&outside_bottom, &outside_size);
    outside = std::move(resumer);
    body();
    has_ended = true;
    out_of.fake_stack = nullptr;
#ifdef LEASECHECK_ADDRESS_SANITIZER
    // A null pointer says that this stack is left for good.
    __sanitizer_start_switch_fiber(nullptr, outside_bottom, outside_size);
#endif
    return std::move(outside);
  }
};

Fiber::Fiber(std::function<void()> body) : state_(std::make_unique<State>()) {
  state_->body = std::move(body);
  state_->inside = context::fiber(
      std::allocator_arg,
      context::preallocated(state_->stack.sp, state_->stack.size, state_->stack),
      PooledStack{state_->stack},
      [state = state_.get()](context::fiber&& resumer) { return state->run(std::move(resumer)); });
}

Fiber::~Fiber() {
  if (!state_) return;
  check(state_->has_ended || !state_->has_begun, "a fiber is thrown away in the middle");
}

Fiber::Fiber(Fiber&& other) noexcept = default;
Fiber& Fiber::operator=(Fiber&& other) noexcept = default;

bool Fiber::has_ended() const {
  return state_->has_ended;
}

void Fiber::resume() {
  State& state = *state_;
  check(!state.has_ended && !state.is_inside, "a fiber is resumed that cannot go on");
  state.has_begun = true;
  state.is_inside = true;
  state.into.begin(state.bottom(), state.stack.size);
  state.inside = std::move(state.inside).resume();
  state.into.end(nullptr, nullptr);
  state.is_inside = false;
}

void Fiber::suspend() {
  State& state = *state_;
  check(state.is_inside, "a fiber is suspended from outside");
  state.out_of.begin(state.outside_bottom, state.outside_size);
  state.outside = std::move(state.outside).resume();
  state.out_of.end(&state.outside_bottom, &state.outside_size);
}

}  // namespace leasecheck::sim
