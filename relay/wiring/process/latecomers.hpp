#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "relay/preflight/outbox_identity.hpp"
#include "relay/runtime/pool.hpp"
#include "relay/wiring/blueprint.hpp"
#include "relay/wiring/process/preflight_all.hpp"

namespace relay::wiring {

using SharedDatabase = std::shared_ptr<const settings::Database>;

/// Databases that are to be served and are not yet: unfit at the start, or found while running.
/// Asks each of them, again after a second at first and a minute at most, until it passes the
/// preflight that the others passed; says in the log why it does not, once for each reason.
/// Threads: it has ten at most, so that a slow one does not delay the others, and no more than half
/// of the process's sessions, but two, so that those that are served keep theirs; the rest is the
/// owner's.
class Latecomers {
 public:
  /// Lends a session for one look; null: none is to be had just now, or a stop is asked for.
  using Lend = std::function<std::unique_ptr<runtime::Pool::Loan>(const std::stop_token&)>;

  /// @param blueprint borrowed. @param outboxes that are served; one of them under another name is
  /// not served again. @param on_reached called on a thread of its own when `reached` has
  /// something.
  Latecomers(const Blueprint& blueprint, std::vector<preflight::NamedOutbox> outboxes, Lend lend,
             std::function<void()> on_reached);
  /// Waits for the looks that are under way.
  ~Latecomers();
  Latecomers(const Latecomers&) = delete;
  Latecomers& operator=(const Latecomers&) = delete;

  /// @param said why it is not served, if the log says so already: then it is asked in a second.
  void ask(SharedDatabase database, const std::string& said = "");
  /// It is not wanted any more, or served no more: its outbox may have another name.
  void forget(const std::string& name);
  /// Those that are fit to be run and were not given before.
  [[nodiscard]] std::vector<SharedDatabase> reached();

 private:
  using Clock = std::chrono::steady_clock;
  struct Latecomer {
    SharedDatabase database;
    std::string said;  ///< Why it is not served, as the log says; "": it does not say yet.
    int asked = 0;
    Clock::time_point due = {};
  };
  void run(const std::stop_token& stop);
  std::optional<Latecomer> next(const std::stop_token& stop);
  void returned(Latecomer one, bool fit);
  [[nodiscard]] bool is_wanted(const settings::Database& database) const;
  [[nodiscard]] std::size_t threads_most() const;
  bool is_fit(Latecomer& latecomer);
  [[nodiscard]] preflight::Findings look_at(const settings::Database& database);

  const Blueprint& blueprint_;
  const SessionBudgets budgets_;
  const Lend lend_;
  const std::function<void()> on_reached_;
  std::mutex mutex_;                  // guards what follows, but for the threads
  std::condition_variable_any came_;  // one to be asked, or a stop
  std::map<std::string, SharedDatabase> wanted_;
  std::vector<Latecomer> away_;  // those that are not being asked
  std::vector<SharedDatabase> reached_;
  std::vector<preflight::NamedOutbox> outboxes_;  // of all that are served, or will be
  std::size_t idle_ = 0;                          // of the threads
  std::vector<std::jthread> threads_;
};

}  // namespace relay::wiring
