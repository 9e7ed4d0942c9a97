#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "relay/store/worker_session.hpp"
#include "tests/memory_store/database.hpp"
#include "tests/memory_store/failures.hpp"
#include "tests/support/no_transaction.hpp"

namespace tests::memory {

/// A connection of somebody: at most one transaction at a time, and the pauses of its statements.
/// Threads: one. Ends with its transaction rolled back.
class Session {
 public:
  /// @param store of whom; null: of nobody who is killed as a whole. Both borrowed.
  Session(Database& database, std::string who, const void* store = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] const std::string& who() const { return who_; }
  [[nodiscard]] const void* store() const { return store_; }
  /// Names the session's transaction; must not be used for SQL.
  [[nodiscard]] projections::Tx& handle() { return handle_.tx; }

  /// It is of no use any more, and its transaction is gone.
  void cut_off(const std::string& why) noexcept;

  /// @throws std::logic_error when one is open, which would be its caller's mistake.
  Transaction& begin();
  /// @throws std::logic_error without one.
  [[nodiscard]] Transaction& open_transaction();
  [[nodiscard]] bool is_writing(const std::string& event_id, const std::string& listener,
                                const Transaction& but) const;
  void commit(bool wait_for_disk = true);
  /// @return false: the session is not usable.
  bool rollback() noexcept;

  /// Others may come between. @throws what keeps the statement that follows from being run.
  void pause(Pause pause = Pause::statement);
  /// Waits until `free` says so. @throws of kind conflict when that takes too long.
  template <class Free>
  void wait_until(Free free) {
    for (int waits = 0; !free(); ++waits) {
      if (waits >= database_.waits_at_most()) fail_as_locked();
      pause(Pause::lock);
    }
  }
  /// Statements; what they throw ends them, and the transaction can only be rolled back.
  template <class Work>
  auto run(Work work) {
    try {
      return work();
    } catch (...) {
      note_failure();
      throw;
    }
  }

  /// Of all that is done here, as relay::store::TimeLimit says.
  class Limit final : public relay::store::TimeLimit {
   public:
    Limit(Session& session, std::chrono::milliseconds time);
    ~Limit() override;
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    [[nodiscard]] bool expired() const override;

   private:
    Session& session_;
    std::int64_t own_ = 0;  ///< 0: it did not tighten anything.
    std::int64_t before_;
  };

 private:
  void refuse_if_cut_off();
  void look_at_the_clock() noexcept;
  void note_failure() noexcept;

  Database& database_;
  std::string who_;
  const void* store_;
  NoTransaction handle_;
  Transaction transaction_;
  bool cut_off_ = false;
  std::string why_;
  std::int64_t deadline_ = 0;  ///< 0: none.
  std::int64_t expired_ = 0;   ///< The deadline at which it was cut off.
};

}  // namespace tests::memory
