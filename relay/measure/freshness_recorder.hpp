#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "relay/flow/bounded_queue.hpp"
#include "relay/flow/cancellable.hpp"
#include "relay/flow/task.hpp"
#include "relay/measure/recent_lag.hpp"
#include "relay/measure/recorder.hpp"
#include "relay/measure/session_use.hpp"
#include "relay/pg/connection.hpp"

namespace relay::measure {

/// Keeps the histograms and writes `projection_freshness` in turns: at most once a second, and
/// every ten seconds when nothing happens. A database that does not answer costs nothing but the
/// numbers: they are written when it is back. Asleep it writes that it is, and that it has no
/// session, and no more. What is left is written in its last turn, within the connection's and the
/// statement's limits, also that it sleeps no more; that turn comes again while the server has no
/// session for it.
class FreshnessRecorder final : public Recorder, public flow::Task {
 public:
  struct Options {
    std::string conninfo;
    std::string instance;
    /// Whose rows are written even before they applied anything, as long as this relay serves them,
    /// and until `serving` was first called.
    std::vector<std::string> listeners = {};
    pg::Watchdog* watchdog = nullptr;  ///< Of its connection; outlives it. Null: one of its own.
    std::chrono::milliseconds connect_timeout{5'000};
    pg::SlowStatements slow = {};          ///< Which of its statements are told in the log.
    std::chrono::seconds asleep_sign{75};  ///< How seldom it shows itself while it sleeps.
  };

  /// Connects when there is something to write.
  explicit FreshnessRecorder(Options options);

  /// Before its first turn. @param use asked at each write; what it gives is written, too.
  void tell_of_sessions(std::function<SessionUse()> use) { use_ = std::move(use); }

  void applied(Sample sample) noexcept override;
  void serving(const std::set<std::string>& attached,
               const std::set<std::string>& detached) override;
  void trouble(const std::string& listener, const std::string& sentence) noexcept override;

  [[nodiscard]] Pause idle() noexcept override;
  void waited(std::chrono::milliseconds time) noexcept override { waited_ = time; }
  [[nodiscard]] std::optional<Pause> turn(const std::stop_token& stop) noexcept override;
  [[nodiscard]] std::optional<flow::Refusal> take_refusal() noexcept override {
    return std::exchange(refusal_, std::nullopt);
  }
  [[nodiscard]] bool has_session() const noexcept override {
    return static_cast<bool>(connection_);
  }
  void leave_session() noexcept override { connection_.drop(); }
  void rest(bool asleep) noexcept override { asleep_ = asleep; }
  void cancel() noexcept override { connection_.cancel(); }

 private:
  using Clock = std::chrono::steady_clock;
  using Troubles = std::map<std::string, std::string>;  // by listener, "" for all
  struct State {
    RecentLag lag;
    std::int64_t last_seq = 0;
    std::int64_t last_published_us = 0;
    std::int64_t last_applied_us = 0;
    std::int64_t unsaved = 0;  ///< Applied since the row was last written.
  };
  void drain();
  [[nodiscard]] bool serves(const std::string& listener) const;
  /// @return false: it could not be written.
  bool save(const Troubles& troubles, bool asleep) noexcept;
  void write_relay(bool asleep);
  void write(const std::string& listener, const State& state, const std::string& trouble);

  const Options options_;
  flow::BoundedQueue<Sample> queue_;
  std::map<std::string, State> states_;  // of turns alone, as are the next
  Troubles saved_troubles_;
  std::function<SessionUse()> use_ = [] { return SessionUse{}; };
  RecentLag acquiring_;
  RecentLag running_;
  Clock::time_point written_{};
  bool begun_ = false;
  std::atomic<bool> asleep_{false};
  bool saved_asleep_ = false;
  std::chrono::milliseconds waited_{0};
  std::optional<flow::Refusal> refusal_;
  flow::Cancellable<pg::Connection> connection_;
  mutable std::mutex mutex_;  // guards what follows
  Troubles troubles_;
  std::set<std::string> serving_;
  bool serving_told_ = false;
};

}  // namespace relay::measure
