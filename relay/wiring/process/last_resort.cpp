#include "relay/wiring/process/last_resort.hpp"

#include <algorithm>
#include <cstdlib>

#include "relay/base/log.hpp"

namespace relay::wiring {

LastResort::LastResort(Clock::duration limit) : deadline_(Clock::now() + limit) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { watch(stop); }};
}

LastResort::~LastResort() {
  thread_.request_stop();
  thread_.join();
}

void LastResort::hurry(Clock::duration limit) {
  const std::lock_guard lock{mutex_};
  deadline_ = std::min(deadline_, Clock::now() + limit);
  changed_.notify_all();
}

void LastResort::settled(int code) {
  const std::lock_guard lock{mutex_};
  code_ = code;
}

void LastResort::watch(const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  while (Clock::now() < deadline_) {
    changed_.wait_until(lock, stop, Clock::time_point{deadline_},
                        [this, seen = deadline_] { return deadline_ != seen; });
    if (stop.stop_requested()) return;
  }
  log::error(
      "the database does not answer; the process ends without it, and what it had not "
      "committed is tried again");
  std::_Exit(code_);
}

}  // namespace relay::wiring
