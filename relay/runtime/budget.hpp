#pragma once

#include <chrono>
#include <list>
#include <optional>

#include "relay/runtime/account.hpp"

namespace relay::runtime {

struct Entry;

/// Which task has which of the process's sessions: never more than its limit, nor than a database's
/// own, nor than its server gives. One that rests between turns makes room for another database;
/// the one that has rested longest goes first. Pure. Threads: one at a time.
class Budget {
 public:
  using Clock = std::chrono::steady_clock;
  using Moment = Clock::time_point;

  explicit Budget(int sessions) : sessions_(sessions) {}

  /// An account gets no more for itself than leaves one session for all others: what is promised to
  /// it is lowered to that.
  void open(Account& account);
  void close(const Account& account);

  /// A session that may be had.
  struct Place {
    Entry* victim = nullptr;  ///< Whose has to be closed first, or null.
    bool tries = false;       ///< Its server has refused to give so many.
  };
  /// Whether the entry may have one, which has none.
  [[nodiscard]] std::optional<Place> place_for(const Entry& entry, Moment now) const;
  void take(Entry& entry);
  void free(Entry& entry);
  /// Its session is closed by the turn that got its place.
  void give_up(Entry& victim);

  /// Its task has no turn, and keeps its session; since its `rests_since`.
  void rests(Entry& entry);
  void rests_no_more(Entry& entry);
  /// All that rest of the account have rested long enough.
  void shed(const Account& account, Moment now);
  /// Whose session has rested for longer than it may, if any.
  [[nodiscard]] Entry* rested_too_long(Moment now) const;
  /// When there may be one.
  [[nodiscard]] Moment rest_ends() const;

  /// So many more, or fewer, wait for a loan.
  void borrowers(int more) { borrowers_ += more; }
  [[nodiscard]] bool anybody_borrows() const { return borrowers_ > 0; }
  /// A session for what is no task. @param victim set to the task that has to leave one for it, or
  /// null.
  /// @return false: none is to be had now.
  [[nodiscard]] bool lend(Entry*& victim);
  void give_back() { --held_; }

  [[nodiscard]] int held() const { return held_; }

 private:
  [[nodiscard]] static int kept_for(const Account& account);
  [[nodiscard]] static bool may_try(const Account& account, Moment now);
  [[nodiscard]] Entry* rested_longest(const Account* only) const;
  [[nodiscard]] Entry* rested_longest_beside(const Entry& entry, Moment now) const;

  const int sessions_;
  int held_ = 0;      ///< Sessions.
  int promised_ = 0;  ///< The leasts of all accounts.
  int kept_ = 0;  ///< … of it what is no session yet, for those who have less than their least.
  int borrowers_ = 0;
  std::list<Entry*> resting_;  ///< The longest first.
};

}  // namespace relay::runtime
