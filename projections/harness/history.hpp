#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "projections/event.hpp"
#include "projections/harness/given_event.hpp"
#include "projections/tx.hpp"

namespace projections::harness {

/// Given events with ids, numbers and times that stay the same however often they are replayed, so
/// that two runs can be compared row by row.
class History {
 public:
  History() = default;
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  /// Appends one event; the database makes its id. @throws pqxx::failure and kin.
  void add(const GivenEvent& given, Tx& tx);
  /// Writes the rows of [from, to) to `event_publication`.
  void publish(std::size_t from, std::size_t to, Tx& tx) const;

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const GivenEvent& given(std::size_t i) const { return rows_[i].given; }
  /// The events as handlers see them; valid until the next `add`.
  [[nodiscard]] std::vector<Event> events() const;

 private:
  struct Row {
    std::string id;
    std::string published_at;
    DatabaseTime time;
    GivenEvent given;
  };
  std::vector<Row> rows_;
};

}  // namespace projections::harness
