#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "relay/engine/parts.hpp"
#include "relay/engine/scout.hpp"
#include "relay/engine/worker.hpp"

namespace relay::engine {

/// Everything that works one database: a scout, its workers, and what they share.
class Engine {
 public:
  enum class State { working, drained, refused };

  /// Starts at once. @param options, parts owned from here on.
  Engine(EngineOptions options, Parts parts);
  /// Stops with no patience; call `stop` first.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] State state() const;
  /// Why it is refused, or what it struggles with; "" if nothing.
  [[nodiscard]] std::string sentence() const;
  /// Events settled since the start.
  [[nodiscard]] std::int64_t events_done() const { return shared_.events_done; }
  [[nodiscard]] const std::string& database() const { return options_.database; }

  /// Stop claiming; passes under way go on. Returns at once.
  void request_stop();
  /// Whether every thread has ended.
  [[nodiscard]] bool ended();
  /// Waits until it is drained or refused. @return false: the time is over.
  [[nodiscard]] bool wait_for_end(std::chrono::milliseconds time);
  /// Waits for everything to end. At the deadline running statements are cancelled, which rolls
  /// their batches back, and two more seconds are given.
  /// @return false: a thread is stuck in a handler; the process can only exit.
  [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline);
  /// Looks whether handlers keep to their time; to be called several times a second. One that does
  /// not is asked to stop and reported by name. @return why this process is of no use any more and
  /// must exit, so that its supervisor starts it again; "" as long as it is.
  [[nodiscard]] std::string look_after_handlers();

 private:
  [[nodiscard]] Field field_of(const Queue& queue);
  void add_worker(const std::string& name, std::vector<Field> fields, Bell& bell);
  void launch(std::function<void(const std::stop_token&)> body);
  void cancel_all() noexcept;
  bool all_ended_by(std::chrono::steady_clock::time_point deadline);

  EngineOptions options_;
  Parts parts_;
  Shared shared_;
  Trouble trouble_;
  Target target_;
  Gate gate_;
  flow::FlightRecord flight_;
  Floor floor_;
  Scout scout_;
  std::vector<std::unique_ptr<Worker>> workers_;  // of the first pass, then of detached queues
  std::unique_ptr<store::Hints> hints_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;         // guarded by mutex_
  std::set<std::size_t> reported_;  // slots whose stuck handler was told
  std::vector<std::jthread> threads_;
};

}  // namespace relay::engine
