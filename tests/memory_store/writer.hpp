#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/memory_store/database.hpp"

namespace tests::memory {

/// What somebody publishes.
struct NewEvent {
  std::string id = {};                   ///< "": one is made.
  std::optional<std::int64_t> seq = {};  ///< Given by hand; nothing: drawn.
  std::optional<std::string> type = "Thing";
  std::optional<std::string> aggregate_type = {};
  std::optional<std::string> aggregate_id = {};
  std::optional<std::string> payload = "{}";
  std::optional<std::string> headers = {};
  std::optional<std::string> listener_id = {};
};

/// An application's transaction: draws seqs at once, and others see its events once it has
/// committed. Ends with a rollback. Threads: one.
class Writer {
 public:
  explicit Writer(Database& database);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  /// It has begun to draw a seq, and has none yet.
  void begin_to_draw() { draws_ = true; }
  /// @return the event's id.
  std::string insert(NewEvent event);
  [[nodiscard]] const std::vector<EventRow>& inserted() const { return inserted_; }
  /// @throws of kind connection when the server has gone meanwhile.
  void commit();
  void rollback();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] bool may_hold_a_seq() const { return draws_; }
  void cut_off();

 private:
  Database& database_;
  std::string name_;
  std::vector<EventRow> inserted_;
  bool draws_ = false;
  bool cut_off_ = false;
};

/// Publishes one by itself. @return its id.
std::string publish(Database& database, NewEvent event);

}  // namespace tests::memory
