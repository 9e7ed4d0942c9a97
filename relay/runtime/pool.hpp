#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "relay/runtime/schedule.hpp"

namespace relay::runtime {

/// The threads of the process and its sessions, lent to the task that is next by the schedule. One
/// thread more than have something to do waits for what comes; one that had nothing for ten seconds
/// ends. Threads: any.
class Pool {
 public:
  using Clock = Schedule::Clock;
  class Loan;

  /// What one database has of it.
  struct Use {
    int held = 0;     ///< Sessions,
    int most = 0;     ///< of so many.
    int of_all = 0;   ///< Sessions of all databases.
    int waiting = 0;  ///< Tasks that have waited longer than the database's `acquire_timeout`.
    LagCounts acquiring;
    LagCounts running;
  };

  /// @param task_ended called on a thread of the pool whenever a task has had its last turn.
  Pool(const Schedule::Options& options, std::function<void()> task_ended);
  /// Every account is closed by now.
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  [[nodiscard]] Account& open(const Share& share);
  /// Adds a task; it begins at once. Bell and task outlive the account. See Schedule::add.
  void add(Account& account, Schedule::Kind kind, flow::Task& task, const flow::Bell* bell,
           const std::vector<std::string>& groups = {});
  /// Its tasks have their last turn. Returns at once.
  void stop(Account& account);
  /// Cuts off the sessions of its tasks, whose turns end. Never waits.
  void cancel(Account& account);
  /// Closes the sessions that its tasks keep; a task that has a turn keeps its own.
  void shed(Account& account);
  /// Waits until its tasks have ended. @return false: the time is over.
  [[nodiscard]] bool ended_by(const Account& account, Clock::time_point deadline);
  /// Forgets it. @param account its tasks have ended.
  void close(Account& account);

  /// A session for what is no task. Waits until one is to be had. @return null: the time is over,
  /// or a stop was asked for.
  [[nodiscard]] std::unique_ptr<Loan> lend(Clock::time_point deadline,
                                           const std::stop_token& stop = {});

  /// Who uses the sessions just now.
  struct Pressure {
    int at_work = 0;  ///< Sessions in a turn, not at rest.
    std::map<const Account*, int> by_account;
    /// Accounts with tasks that have waited for longer than `acquire_timeout`.
    std::map<const Account*, Schedule::Late> waiting;
    std::map<const Account*, Schedule::Refused> refused;  ///< By their servers, of late.
  };
  [[nodiscard]] Pressure pressure() const;
  /// @return with the histograms since the last time.
  [[nodiscard]] Use take_use(Account& account);
  [[nodiscard]] int held() const;  ///< Sessions, of all.
  [[nodiscard]] int sessions() const { return schedule_.sessions(); }
  /// A bell of tasks rang.
  void ring(const flow::Bell& bell, flow::Bell::Who who);

 private:
  /// A thread that has nothing to do.
  struct Waiter {
    std::condition_variable called;
    Clock::time_point until;
  };

  void run();
  void take_turn(const Schedule::Pick& pick, std::unique_lock<std::mutex>& lock);
  void close_session(Schedule::Entry& victim, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool wait(std::unique_lock<std::mutex>& lock);
  void tell();
  void call_another();
  void start_thread();

  const std::function<void()> task_ended_;
  mutable std::mutex mutex_;             ///< Guards all below; never held during a turn.
  std::condition_variable_any changed_;  ///< A task ended, or a session came back.
  Schedule schedule_;
  /// The last is called first, and waits no longer than until the schedule's next moment: so few
  /// threads do all the work, and none of the others is woken for a moment that is not its own.
  std::vector<Waiter*> waiters_;
  bool closing_ = false;
  std::list<std::thread> threads_;
  std::list<std::thread> over_;  ///< Ended, to be joined.
};

/// A session's place, for as long as this object lives.
class Pool::Loan {
 public:
  explicit Loan(Pool& pool) : pool_(pool) {}
  ~Loan();
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;

 private:
  Pool& pool_;
};

}  // namespace relay::runtime
