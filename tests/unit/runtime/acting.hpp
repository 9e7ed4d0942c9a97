#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "relay/flow/task.hpp"

namespace relay::runtime {

/// Something that a test lets happen, once; what waits for it gives up after half a minute.
class Signal {
 public:
  void give() {
    const std::lock_guard lock{mutex_};
    given_ = true;
    came_.notify_all();
  }
  [[nodiscard]] bool wait() {
    std::unique_lock lock{mutex_};
    return came_.wait_for(lock, std::chrono::seconds{30}, [this] { return given_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  bool given_ = false;
};

/// How many there are of something now, and were at most.
class Tally {
 public:
  void more() {
    const int now = ++now_;
    for (int most = most_; most < now && !most_.compare_exchange_weak(most, now);) continue;
  }
  void less() { --now_; }
  [[nodiscard]] int now() const { return now_; }
  [[nodiscard]] int most() const { return most_; }

 private:
  std::atomic<int> now_{0};
  std::atomic<int> most_{0};
};

/// A task whose turns are the test's, with a session that it opens in each and keeps.
class Acting final : public flow::Task {
 public:
  using Pause = flow::Task::Pause;
  using Act = std::function<std::optional<Pause>(const std::stop_token&)>;

  explicit Acting(
      Tally& sessions, Act act = [](const auto&) { return until_called; })
      : sessions_(sessions), act_(std::move(act)) {}
  ~Acting() override { close(); }

  Pause idle() noexcept override { return when_idle(); }
  std::optional<Pause> turn(const std::stop_token& stop) noexcept override {
    if (stop.stop_requested()) {
      ++last_turns;
      return std::nullopt;
    }
    if (!open_.exchange(true)) sessions_.more();
    const auto pause = act_(stop);
    ++turns;
    return pause;
  }
  bool has_session() const noexcept override { return open_; }
  void leave_session() noexcept override {
    on_leave();
    close();
  }
  void cancel() noexcept override { on_cancel(); }

  std::function<Pause()> when_idle = [] { return at_once; };
  std::function<void()> on_leave = [] {};
  std::function<void()> on_cancel = [] {};
  std::atomic<int> turns{0};  ///< That are over, but for
  std::atomic<int> last_turns{0};

 private:
  void close() {
    if (open_.exchange(false)) sessions_.less();
  }

  Tally& sessions_;
  const Act act_;
  std::atomic<bool> open_{false};
};

}  // namespace relay::runtime
