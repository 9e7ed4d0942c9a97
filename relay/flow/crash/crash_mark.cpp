#include "relay/flow/crash/crash_mark.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <memory>
#include <mutex>

namespace relay::flow {
namespace {

constexpr std::array signals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// Written before the handler can run, read by it alone.
std::array<struct sigaction, signals.size()> before;
std::mutex installing;
int installed = 0;  // guarded by `installing`

thread_local std::atomic<SlotState>* marked = nullptr;

// Only async-signal-safe calls from here on.
void on_crash(int number, siginfo_t* info, void* /*context*/) {
  const bool fault = info->si_code > 0;  // raised by the kernel for what this thread did
  const bool own = fault || info->si_pid == ::getpid();
  if (own && marked != nullptr) {
    auto flying = SlotState::in_flight;
    marked->compare_exchange_strong(flying, SlotState::crashed);
  }
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i] == number) ::sigaction(number, &before[i], nullptr);
  }
  // A fault happens again when this returns, and finds the action of before; what was sent is sent
  // again, and waits until this returns.
  if (!fault) ::raise(number);
}

bool is_ours(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == on_crash;
}

// The thread's signal stack; a sanitizer may have given it one already.
class SignalStack {
 public:
  void need() noexcept {
    if (asked_) return;
    asked_ = true;
    stack_t now{};
    if (::sigaltstack(nullptr, &now) != 0 || (now.ss_flags & SS_DISABLE) == 0) return;
    memory_ = std::make_unique<std::array<std::byte, size>>();
    stack_t own{};
    own.ss_sp = memory_->data();
    own.ss_size = size;
    if (::sigaltstack(&own, nullptr) != 0) memory_.reset();
  }
  SignalStack() = default;
  ~SignalStack() {
    if (!memory_) return;
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    ::sigaltstack(&none, nullptr);
  }
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  static constexpr std::size_t size = 65'536;
  bool asked_ = false;
  std::unique_ptr<std::array<std::byte, size>> memory_;
};

}  // namespace

CrashMarks::CrashMarks() {
  const std::lock_guard lock{installing};
  if (installed++ > 0) return;
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    ::sigaction(signals[i], nullptr, &before[i]);
    ::sigaction(signals[i], &action, nullptr);
  }
}

CrashMarks::~CrashMarks() {
  const std::lock_guard lock{installing};
  if (--installed > 0) return;
  for (std::size_t i = 0; i < signals.size(); ++i) {
    struct sigaction now {};
    ::sigaction(signals[i], nullptr, &now);
    if (is_ours(now)) ::sigaction(signals[i], &before[i], nullptr);
  }
}

void name_crash_mark(std::atomic<SlotState>* mark) noexcept {
  thread_local SignalStack stack;
  if (mark != nullptr) stack.need();
  marked = mark;
}

}  // namespace relay::flow
