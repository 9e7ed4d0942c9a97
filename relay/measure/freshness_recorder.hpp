#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "relay/flow/bounded_queue.hpp"
#include "relay/measure/recent_lag.hpp"
#include "relay/measure/recorder.hpp"
#include "relay/pg/connection.hpp"

namespace relay::measure {

/// Keeps the histograms on a thread of its own and writes `projection_freshness` at most once a
/// second, and every ten seconds when nothing happens. A database that does not answer costs
/// nothing but the numbers: they are written when it is back.
class FreshnessRecorder final : public Recorder {
 public:
  /// Starts the thread; connects when there is something to write.
  /// @param listeners whose rows are written even before they applied anything, as long as this
  ///   relay serves them; nobody said so yet counts as yes.
  /// @param slow which of its statements are told in the log.
  FreshnessRecorder(std::string conninfo, std::string instance,
                    const std::vector<std::string>& listeners, pg::SlowStatements slow = {});
  /// Writes what is left (within the connection's and the statement's limits) and ends the thread.
  ~FreshnessRecorder() override;
  FreshnessRecorder(const FreshnessRecorder&) = delete;
  FreshnessRecorder& operator=(const FreshnessRecorder&) = delete;

  void applied(Sample sample) noexcept override;
  void serving(const std::set<std::string>& attached,
               const std::set<std::string>& detached) override;
  void trouble(const std::string& listener, const std::string& sentence) noexcept override;

 private:
  using Troubles = std::map<std::string, std::string>;  // by listener, "" for all
  struct State {
    RecentLag lag;
    std::int64_t last_seq = 0;
    std::int64_t last_published_us = 0;
    std::int64_t last_applied_us = 0;
    std::int64_t unsaved = 0;  ///< Applied since the row was last written.
  };
  void run(const std::stop_token& stop);
  void drain();
  [[nodiscard]] bool serves(const std::string& listener) const;
  void save(const Troubles& troubles) noexcept;
  void write(const std::string& listener, const State& state, const std::string& trouble);

  const std::string conninfo_;
  const std::string instance_;
  const pg::SlowStatements slow_;
  flow::BoundedQueue<Sample> queue_;
  std::unique_ptr<pg::Connection> connection_;  // the thread's own
  std::map<std::string, State> states_;         // the thread's own
  Troubles saved_troubles_;                     // the thread's own
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  Troubles troubles_;              // guarded by mutex_
  std::set<std::string> serving_;  // guarded by mutex_
  bool serving_told_ = false;      // guarded by mutex_
  std::jthread thread_;
};

}  // namespace relay::measure
