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

#include "relay/engine/engine.hpp"
#include "relay/flow/crash/flight_record.hpp"
#include "relay/runtime/handler_watch.hpp"

namespace relay::runtime {

/// How handlers are kept in bounds, and where it is noted what they have.
struct Bounds {
  std::chrono::milliseconds handler_timeout{5'000};  ///< How long a listener may take over a batch.
  std::chrono::milliseconds stuck_exit{60'000};      ///< Past that: a handler that does not end.
  std::string flight_folder;                         ///< Where the flight record lies.
  int batch_size = 500;                              ///< Events that it can name per worker.
};

/// One database that is being served: its engine, a thread for the scout and for each worker, who
/// tells of new events, and what watches over handlers.
class Served {
 public:
  using Clock = std::chrono::steady_clock;

  /// Starts at once. @param thread_ended called by each thread as its last.
  Served(engine::EngineOptions options, engine::EngineParts parts, Bounds bounds,
         std::function<void()> thread_ended);
  /// Stops with no patience.
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }
  /// What is under way goes on. Returns at once.
  void request_stop();
  /// Waits until every thread has ended. @return false: the time is over.
  [[nodiscard]] bool ended_by(Clock::time_point deadline);
  /// See Runtime.
  [[nodiscard]] std::string look_after_handlers();

 private:
  [[nodiscard]] engine::HandlingOfPass handling_of(std::size_t worker);
  void launch(std::function<void(const std::stop_token&)> body);
  void scout(const std::stop_token& stop);
  static void work(engine::Worker& worker, const std::stop_token& stop);

  const Bounds bounds_;
  const std::function<void()> thread_ended_;
  std::vector<std::unique_ptr<HandlerWatch>> watches_;  // of each worker
  flow::FlightRecord flight_;
  engine::Engine engine_;
  std::unique_ptr<store::Hints> hints_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t running_ = 0;         // threads; guarded by mutex_
  std::set<std::size_t> reported_;  // workers whose stuck handler was told
  std::vector<std::jthread> threads_;
};

}  // namespace relay::runtime
