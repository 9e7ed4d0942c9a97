#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "relay/runtime/served.hpp"

namespace relay::runtime {

/// What of the process serves databases, any number of them: threads and their waits, sessions, the
/// hints of new events, the watch over handlers and what they have in hand. It decides who is next,
/// and nothing of the work.
/// Threads: one at a time.
class Runtime {
 public:
  using Clock = std::chrono::steady_clock;

  /// A database, and what is to be said of it.
  struct Said {
    std::string database;
    std::string what;
  };

  /// @param options how many threads and sessions. @param task_ended called on one of its threads
  /// when the state of an engine may have changed.
  explicit Runtime(
      const Schedule::Options& options = {}, const SleepOptions& sleep = {},
      std::function<void()> task_ended = [] {});

  /// Serves one more database, from now on.
  engine::Engine& serve(Service service);
  /// Serves the database of that name no more: nothing new is begun there, what is under way goes
  /// on for so long, then it is rolled back. Returns at once; see `see_off`.
  void leave(const std::string& database, Clock::duration patience);
  /// Lets go of those that have left; to be called several times a second. @return whether none is
  /// still about to leave under that name.
  bool see_off(const std::string& database);
  void see_off();
  /// A session of the budget for what is not served: to be held while there is one. @return null:
  /// none was to be had by then, or a stop was asked for.
  [[nodiscard]] std::unique_ptr<Pool::Loan> lend_session(Clock::time_point deadline,
                                                         const std::stop_token& stop) {
    return pool_.lend(deadline, stop);
  }
  /// In the order in which they came.
  [[nodiscard]] std::vector<const engine::Engine*> engines() const;
  /// Whether every engine of at least one is in this state.
  [[nodiscard]] bool all_are(engine::Engine::State state) const;
  [[nodiscard]] bool any_is(engine::Engine::State state) const;
  /// Events settled since the start, of all.
  [[nodiscard]] std::int64_t events_done() const;

  /// Looks whether handlers keep to their time; to be called several times a second. One that does
  /// not is asked to stop and reported by name. @return why this process is of no use any more and
  /// must exit, so that its supervisor starts it again; nothing as long as it is.
  [[nodiscard]] std::optional<Said> look_after_handlers();

  /// Warns when nine tenths of the sessions are at work and work has waited too long for one, and
  /// says of each database whose work waits so, or whose server gives no more sessions, that it
  /// does; to be called several times a second.
  void look_after_sessions();

  /// Nothing new is begun; what is under way goes on. Returns at once.
  void request_stop();
  /// Waits until every task has ended. @return false: the time is over.
  [[nodiscard]] bool ended_by(Clock::time_point deadline);
  /// The same; but then running statements are cancelled, which rolls their batches back, and two
  /// more seconds are given. @return databases in which a thread is stuck in a handler: the process
  /// can only exit.
  [[nodiscard]] std::vector<std::string> wait(Clock::time_point deadline);

 private:
  Pool pool_;  // outlives who uses it
  Sleepers sleepers_;
  /// A database that is served no more.
  struct Leaving {
    std::unique_ptr<Served> served;
    Clock::time_point patience_ends;
    bool cancelled = false;
  };
  void count_databases();
  void warn_of_sessions(const Pool::Pressure& now);
  [[nodiscard]] std::vector<Served*> all() const;  ///< Also those that leave.

  std::vector<std::unique_ptr<Served>> served_;
  std::vector<Leaving> leaving_;
  std::int64_t done_before_ = 0;             ///< Events, of those that have left.
  std::optional<Clock::time_point> warned_;  ///< That sessions are scarce.
};

}  // namespace relay::runtime
