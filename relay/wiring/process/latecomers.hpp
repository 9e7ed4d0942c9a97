#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/process/preflight_all.hpp"

namespace relay::wiring {

/// Databases that were not fit to be run when the relay started beside others that were. Asks each
/// of them again, after a second at first and a minute at most, until it passes the preflight that
/// the others passed; says in the log why it does not, once for each reason. Threads: it has ten at
/// most, so that one that is slow takes nobody's turn, until all are fit; the rest is the owner's.
class Latecomers {
 public:
  /// @param blueprint borrowed. @param unfit of its databases; none: no thread is needed.
  /// @param outboxes that are served; one of them under another name is not served again.
  /// @param on_reached called on a thread of its own when `reached` has something.
  Latecomers(const Blueprint& blueprint, const Unfit& unfit,
             std::vector<preflight::NamedOutbox> outboxes, std::function<void()> on_reached);
  /// Waits for the looks that are under way.
  ~Latecomers();
  Latecomers(const Latecomers&) = delete;
  Latecomers& operator=(const Latecomers&) = delete;

  /// Those that are fit to be run and were not given before.
  [[nodiscard]] std::vector<const settings::Database*> reached();

 private:
  struct Latecomer {
    const settings::Database* database;
    std::string said;  ///< Why it is not served, as the log says; "": it does not say yet.
    int asked = 0;
    std::chrono::steady_clock::time_point due = {};
  };
  void run(const std::stop_token& stop);
  std::optional<Latecomer> next(const std::stop_token& stop);
  bool is_fit(Latecomer& latecomer);
  [[nodiscard]] preflight::Findings look_at(const settings::Database& database);

  const Blueprint& blueprint_;
  const SessionBudgets budgets_;
  std::function<void()> on_reached_;
  std::mutex mutex_;                         // guards what follows, but for the threads
  std::condition_variable_any all_are_fit_;  // or a stop
  std::vector<Latecomer> away_;              // those that nobody asks just now
  std::size_t unfit_ = 0;                    // away or being asked
  std::vector<const settings::Database*> reached_;
  std::vector<preflight::NamedOutbox> outboxes_;  // of all that are served, or will be
  std::vector<std::jthread> threads_;
};

}  // namespace relay::wiring
