#include "tests/support/fiber.hpp"

#include <array>
#include <cstddef>
#include <cstring>

#include <cxxabi.h>
#include <boost/context/fiber.hpp>
#include <boost/context/fixedsize_stack.hpp>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace tests {
namespace {

constexpr std::size_t stack_bytes = 512 * 1024;

thread_local Fiber* current = nullptr;

/// The exceptions that a stack is in the middle of; the runtime keeps them by thread.
class Exceptions {
 public:
  void keep() { std::memcpy(kept_.data(), abi::__cxa_get_globals(), kept_.size()); }
  void put_back() const { std::memcpy(abi::__cxa_get_globals(), kept_.data(), kept_.size()); }

 private:
  std::array<std::byte, sizeof(void*) + sizeof(unsigned)> kept_{};
};

/// Tells sanitizers that one stack is left for another.
class Stack {
 public:
#if defined(__SANITIZE_ADDRESS__)
  void leave_for(const Stack& other) {
    __sanitizer_start_switch_fiber(&fake_, other.bottom_, other.size_);
  }
  void arrive(Stack& from) {
    __sanitizer_finish_switch_fiber(fake_, &from.bottom_, &from.size_);
  }

 private:
  void* fake_ = nullptr;
  const void* bottom_ = nullptr;
  std::size_t size_ = 0;

 public:
  void is(const void* bottom, std::size_t size) {
    bottom_ = bottom;
    size_ = size;
  }
#elif defined(__SANITIZE_THREAD__)
  void leave_for(const Stack& other) {
    __tsan_switch_to_fiber(other.fiber_, 0);
  }
  void arrive(Stack& /*from*/) {}
  void is_this() {
    fiber_ = __tsan_get_current_fiber();
  }
  void is_new() {
    fiber_ = __tsan_create_fiber(0);
  }
  void is_gone() {
    __tsan_destroy_fiber(fiber_);
  }

 private:
  void* fiber_ = nullptr;
#else
  void leave_for(const Stack& /*other*/) {}
  void arrive(Stack& /*from*/) {}
#endif
};

}  // namespace

struct Fiber::State {
  boost::context::fiber inner;  // where it was left
  boost::context::fiber outer;  // who resumed it
  std::function<void()> work;
  bool busy = false;
  bool ends = false;
  Exceptions inner_exceptions;
  Exceptions outer_exceptions;
  Stack inner_stack;
  Stack outer_stack;

  void enter();
  void leave();
  boost::context::fiber run(boost::context::fiber&& from);
};

void Fiber::State::enter() {
  outer_exceptions.keep();
  inner_exceptions.put_back();
#if defined(__SANITIZE_THREAD__)
  outer_stack.is_this();
#endif
  outer_stack.leave_for(inner_stack);
  inner = std::move(inner).resume();
  outer_stack.arrive(inner_stack);
  inner_exceptions.keep();
  outer_exceptions.put_back();
}

void Fiber::State::leave() {
  inner_stack.leave_for(outer_stack);
  outer = std::move(outer).resume();
  inner_stack.arrive(outer_stack);
}

boost::context::fiber Fiber::State::run(boost::context::fiber&& from) {
  outer = std::move(from);
  inner_stack.arrive(outer_stack);
  while (!ends) {
    work();
    busy = false;
    leave();
  }
  inner_stack.leave_for(outer_stack);
  return std::move(outer);
}

Fiber::Fiber() : state_(std::make_unique<State>()) {
  boost::context::fixedsize_stack stacks{stack_bytes};
  const auto stack = stacks.allocate();
#if defined(__SANITIZE_ADDRESS__)
  state_->inner_stack.is(static_cast<char*>(stack.sp) - stack.size, stack.size);
#elif defined(__SANITIZE_THREAD__)
  state_->inner_stack.is_new();
#endif
  state_->inner = boost::context::fiber{
      std::allocator_arg, boost::context::preallocated{stack.sp, stack.size, stack}, stacks,
      [state = state_.get()](boost::context::fiber&& from) { return state->run(std::move(from)); }};
}

Fiber::~Fiber() {
  state_->ends = true;
  state_->work = [] {};
  state_->enter();
#if defined(__SANITIZE_THREAD__)
  state_->inner_stack.is_gone();
#endif
}

void Fiber::start(std::function<void()> work) {
  state_->work = std::move(work);
  state_->busy = true;
  resume();
}

void Fiber::resume() {
  Fiber* const before = std::exchange(current, this);
  state_->enter();
  current = before;
}

bool Fiber::busy() const {
  return state_->busy;
}

void Fiber::leave() {
  if (current != nullptr) current->state_->leave();
}

bool Fiber::is_inside() {
  return current != nullptr;
}

}  // namespace tests
