#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/memory_store/locks.hpp"
#include "tests/memory_store/rows.hpp"

namespace tests::memory {

/// How a transaction ended: what handlers wrote in it is there, or is not.
enum class Ending {
  committed,
  rolled_back,
  lost,  ///< It was committed, and a crash of the server has taken that back.
};
using WhenItEnds = std::function<void(Ending)>;

/// What a transaction has written: seen by itself, and by others once it is applied.
struct Changes {
  std::vector<DeliveryRow> deliveries;  ///< As they are now, changed or new.
  std::vector<std::pair<std::string, std::string>> gone_deliveries;  ///< Event, listener.
  std::vector<AttemptRow> attempts;
  std::vector<std::string> complete;
  std::vector<std::string> park;
  std::vector<std::pair<std::string, std::string>> cleared_suspects;  ///< Event, listener.
  std::optional<std::vector<ListenerRow>> listeners;                  ///< All of them.
  std::map<std::string, std::string> settings;
  bool listeners_changed = false;

  void clear();
};

/// One transaction after the other of a session: its locks, what it has written, and who wants to
/// hear of its end. Its address stands for it in locks.
class Transaction {
 public:
  Transaction() = default;
  ~Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  bool open = false;
  bool failed = false;  ///< By a statement: only a rollback is left.
  Changes changes;
  std::vector<WhenItEnds> endings;

  void lock(LaneLock& lane);
  void share(LaneLock& lane);
  void lock(Announcement& announcement);
  void share(Announcement& announcement);
  /// Of an event or a delivery.
  template <class Row>
  void lock(Row& row) {
    row.locked_by = this;
    locks_rows_ = true;
  }
  /// Frees all locks.
  void free(Rows& rows);

  /// Each delivery as this transaction sees it.
  template <class Visit>
  void each_delivery(const Rows& rows, Visit visit) const {
    for (const DeliveryRow& row : rows.deliveries) {
      if (untouched(row)) visit(row);
    }
    for (const DeliveryRow& row : changes.deliveries) visit(row);
  }
  [[nodiscard]] const DeliveryRow* delivery(const Rows& rows, const std::string& event_id,
                                            const std::string& listener) const;
  void write(DeliveryRow row);
  void remove(const std::string& event_id, const std::string& listener);
  [[nodiscard]] const ListenerRow* listener(const Rows& rows, const std::string& name) const;
  /// To be changed; seen by others once it is applied.
  [[nodiscard]] std::vector<ListenerRow>& listeners(const Rows& rows);

  /// Makes what was written part of the rows.
  void apply(Rows& rows) const;

 private:
  [[nodiscard]] bool untouched(const DeliveryRow& row) const;

  std::vector<LaneLock*> lanes_;
  std::vector<Announcement*> announcements_;
  bool locks_rows_ = false;
};

}  // namespace tests::memory
