#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "relay/pg/watchdog.hpp"
#include "relay/runtime/runtime.hpp"

namespace tests {

/// One engine with threads and sessions.
class RunningEngine {
 public:
  using State = relay::engine::Engine::State;

  /// @param serve adds it to a runtime.
  explicit RunningEngine(const std::function<relay::engine::Engine&(relay::runtime::Runtime&,
                                                                    relay::pg::Watchdog&)>& serve)
      : engine_(serve(runtime_, watchdog_)) {}
  ~RunningEngine() = default;
  RunningEngine(const RunningEngine&) = delete;
  RunningEngine& operator=(const RunningEngine&) = delete;

  [[nodiscard]] State state() const { return engine_.state(); }
  [[nodiscard]] std::string sentence() const { return engine_.sentence(); }
  [[nodiscard]] std::int64_t events_done() const { return engine_.events_done(); }
  void request_stop() { runtime_.request_stop(); }
  /// As Runtime::wait. @return false: a thread is stuck.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline) {
    return runtime_.wait(deadline).empty();
  }
  /// Until it is drained or refused. @return false: the time is over.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds time) {
    std::unique_lock lock{mutex_};
    return task_ended_.wait_for(lock, time, [this] { return state() != State::working; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable task_ended_;
  relay::pg::Watchdog watchdog_;
  relay::runtime::Runtime runtime_{{}, {}, [this] {
                                     const std::lock_guard lock{mutex_};
                                     task_ended_.notify_all();
                                   }};
  relay::engine::Engine& engine_;
};

}  // namespace tests
