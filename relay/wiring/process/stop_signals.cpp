#include "relay/wiring/process/stop_signals.hpp"

#include <unistd.h>

#include <csignal>

namespace relay::wiring {
namespace {

sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGUSR1);
  return set;
}

}  // namespace

void hold_hang_up() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void take_stop_signals() {
  const sigset_t set = awaited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);  // NOLINT
}

int next_stop_signal(std::chrono::nanoseconds time) {
  const sigset_t set = awaited_signals();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const timespec limit{seconds.count(), (time - seconds).count()};
  const int number = sigtimedwait(&set, nullptr, &limit);
  return number > 0 && number != SIGUSR1 ? number : 0;
}

void interrupt_wait() {
  ::kill(::getpid(), SIGUSR1);
}

}  // namespace relay::wiring
