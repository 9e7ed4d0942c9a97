#pragma once

#include <deque>
#include <string>
#include <vector>

namespace tests::memory {

class Transaction;

/// A row of `event_lane`: held by one, or shared where nothing is ordered.
struct LaneLock {
  Transaction* holder = nullptr;
  std::vector<Transaction*> sharers = {};

  [[nodiscard]] bool free_for(const Transaction& who) const;
  [[nodiscard]] bool shared_with(const Transaction& who) const {
    return holder == nullptr || holder == &who;
  }
};

/// What a change of the listeners is announced by (relay/pg/lane_change): batches share it, a
/// change waits for all of them, and no batch is let in behind a change that waits.
struct Announcement {
  Transaction* holder = nullptr;
  int waiting = 0;
  std::vector<Transaction*> sharers = {};

  [[nodiscard]] bool free_for(const Transaction& who) const;
  [[nodiscard]] bool lets_in(const Transaction& who) const;
};

/// The lanes of the first pass ("") or of a listener that has some of its own.
struct Drainer {
  std::string name;
  std::vector<LaneLock> lanes;
  Announcement announcement = {};
};

/// Addresses hold for as long as the locks do.
class Locks {
 public:
  explicit Locks(int lanes) : lanes_(lanes) { add(""); }

  [[nodiscard]] Drainer* find(const std::string& drainer);
  void add(const std::string& drainer);
  [[nodiscard]] Drainer& first_pass() { return drainers_.front(); }
  [[nodiscard]] std::deque<Drainer>& drainers() { return drainers_; }
  /// Of all drainers at once.
  [[nodiscard]] Announcement& to_all() { return to_all_; }
  /// Whether the transaction has the lane of a drainer for itself, or shares it.
  [[nodiscard]] bool held(const std::string& drainer, int lane) const;

 private:
  int lanes_;
  std::deque<Drainer> drainers_;
  Announcement to_all_;
};

}  // namespace tests::memory
