#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "relay/base/chance.hpp"
#include "relay/flow/bell.hpp"
#include "relay/flow/refusal.hpp"
#include "relay/flow/task.hpp"
#include "relay/runtime/account.hpp"
#include "relay/runtime/budget.hpp"
#include "relay/runtime/entry.hpp"

namespace relay::runtime {

/// What work waits for.
enum class Lack {
  threads,
  its_sessions,      ///< As many as its database may have.
  sessions,          ///< All that the process may have, or half of them at one server.
  servers_sessions,  ///< The server gives no more.
};

/// Which of all databases' tasks is next, and which task has which of the sessions. It owns no
/// thread and waits for nothing. Time is an argument. Threads: one at a time.
///
/// Next is, of those that have work, the database that has had the least time of threads so far;
/// one that had nothing to do is not owed for it, and comes first once (the idea of Linux's CFS).
/// So a busy database takes what the others leave, and each gets a turn between two of it.
///
/// A turn that takes long does not keep a thread from others: after `hand_over_after` it no longer
/// counts among those that run at once, and another is let in (as Go's scheduler does with system
/// calls). What bounds those is the number of sessions, of which no server, listener or broker has
/// more than half in its turns where there are others.
class Schedule {
 public:
  using Clock = Budget::Clock;
  using Moment = Budget::Moment;
  using Entry = runtime::Entry;
  static constexpr Moment never = Moment::max();

  using Kind = TaskKind;

  struct Options {
    int sessions = 40;  ///< Of all databases and purposes; a hard limit.
    std::array<int, task_kinds> at_once{2, 2, 2, 1};  ///< By kind: turns that are not long yet.
    std::chrono::milliseconds hand_over_after{20};
    Chance chance = random_chance;  ///< For tries of what a server refuses.
  };

  /// The task to be called, with a session whose place is taken from another first, if there is a
  /// victim. Only a victim: its session has rested long enough.
  struct Pick {
    Entry* entry = nullptr;
    Entry* victim = nullptr;
  };

  explicit Schedule(const Options& options);
  ~Schedule();
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  Account& open(const Share& share);
  /// @param account all of its tasks have ended; sessions that they keep count no more.
  void close(Account& account);
  /// A task that runs at once, then when it says or its bell rings. @param bell may be null.
  /// @param groups what it shares, beside its server; by name.
  void add(Account& account, Kind kind, flow::Task& task, const flow::Bell* bell,
           const std::vector<std::string>& groups, Moment now);
  /// A bell rang. @return whether anybody comes.
  bool ring(const flow::Bell& bell, flow::Bell::Who who, Moment now);
  /// Every task of the account has a last turn.
  void stop(Account& account, Moment now);
  /// Cuts off the sessions of the account's tasks. Those that wait for their last turn have none.
  void cancel(Account& account);
  /// Sessions of the account's tasks that rest are to be closed now.
  void shed(Account& account, Moment now);

  /// The next task, if there is one that can run. `ended` must be called when its turn is over.
  [[nodiscard]] std::optional<Pick> next(Moment now);
  /// When `next` may have another answer, unless something changes before.
  [[nodiscard]] Moment wake_at(Moment now) const;
  /// @param pause as Task::turn returned it. @param has_session as Task::has_session.
  /// @param refusal as Task::take_refusal. @return whether it was the task's last turn.
  bool ended(Entry& entry, std::optional<flow::Task::Pause> pause, bool has_session, Moment now,
             const std::optional<flow::Refusal>& refusal = std::nullopt);
  /// The victim's session is closed. @return whether its task has ended by that: it was cut off
  /// meanwhile.
  bool left(Entry& victim);

  /// A session for what is no task; see Pool::lend. @param victim set to the task that has to leave
  /// one for it, or null. @return false: none is to be had now. A caller that waits for one says
  /// so, by `borrowers`, and goes before tasks that have none.
  [[nodiscard]] bool lend(Entry*& victim) { return budget_.lend(victim); }
  void borrowers(int more) { budget_.borrowers(more); }
  [[nodiscard]] bool anybody_borrows() const { return budget_.anybody_borrows(); }
  void give_back() { budget_.give_back(); }

  /// Whether another may be next as well.
  [[nodiscard]] bool any_left(Moment now) const;
  [[nodiscard]] int held() const { return budget_.held(); }
  [[nodiscard]] int sessions() const { return options_.sessions; }
  /// Turns with a session, by database: at work, not at rest.
  [[nodiscard]] std::map<const Account*, int> at_work() const;
  /// Tasks that have waited for a thread and a session for longer than their accounts'
  /// `acquire_timeout`.
  struct Late {
    int tasks = 0;
    Lack lack = Lack::threads;
  };
  [[nodiscard]] std::map<const Account*, Late> waiting(Moment now) const;
  /// Accounts that were refused sessions of late, or share what others were refused.
  struct Refused {
    flow::Refusal why;
    bool crowded = false;  ///< Not every database can have one.
  };
  [[nodiscard]] std::map<const Account*, Refused> refused(Moment now) const;

 private:
  void queue(Entry& entry, Moment now);
  void leave_queue(Entry& entry);
  void park(Entry& entry, Moment due, Moment now);
  void unpark(Entry& entry);
  void begin(Entry& entry, Moment now);
  static void end(Entry& entry);
  [[nodiscard]] std::optional<Budget::Place> after_long(const Entry& entry, Moment now) const;
  void learn(Entry& entry, const std::optional<flow::Refusal>& refusal, Moment now);
  [[nodiscard]] Lack lack_of(const Account& account, Moment now) const;
  [[nodiscard]] static bool is_cut_off(const Account& account);
  [[nodiscard]] int young(Kind kind, Moment now) const;
  [[nodiscard]] std::optional<Pick> next_of(Kind kind, Moment now);
  [[nodiscard]] bool has_nothing_to_do(Entry& entry, Moment now);
  [[nodiscard]] bool may_run(const Entry& entry) const;

  const Options options_;
  Budget budget_;
  std::list<std::unique_ptr<Account>> accounts_;
  std::list<std::unique_ptr<Entry>> entries_;
  std::map<std::string, Group> groups_;
  std::map<std::pair<std::string, std::string>, Room> rooms_;  ///< By server, and whose.
  int servers_ = 0;  ///< Groups of servers that have members.
  std::multimap<Moment, Entry*> timers_;
  std::map<const flow::Bell*, std::vector<Entry*>> parked_;  ///< The last to come goes first.
  std::array<std::list<Entry*>, task_kinds> queued_;
  std::array<std::vector<Entry*>, task_kinds> running_;
  std::size_t first_kind_ = 0;  ///< To be asked, by its number.
  std::chrono::nanoseconds least_served_{};
};

}  // namespace relay::runtime
