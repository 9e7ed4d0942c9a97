#pragma once

#include <optional>
#include <string>

#include "tests/support/test_database.hpp"

namespace tests {

/// A real incident log (5,998 changes of 890 incidents) in a test database: as the plain table
/// `log`, as events, and as what plain SQL over `log` says the help desk's three read models must
/// hold.
class IncidentLog {
 public:
  /// Why there is no log on this machine, or nothing. It is looked for where FRESHET_INCIDENT_LOG
  /// points, else in ../shared/data beside the checkout.
  [[nodiscard]] static std::optional<std::string> missing();

  /// Makes `log` from the file's first rows. @throws std::runtime_error when the file is not it.
  explicit IncidentLog(const TestDatabase& db, int rows = 1'000'000);

  /// One event per row, keyed by the incident, in one transaction and in the file's order; `log`
  /// gets their event_id and seq. A value missing in the file is "?" in every other event, and
  /// absent in the rest.
  void publish() const;

  [[nodiscard]] long events() const { return events_; }

  /// Rows in which the read models of config/helpdesk.sql differ from the log; "" for none.
  [[nodiscard]] std::string differences() const;
  /// The same for a table effects(pos, event_id, key, seq) that one projection fills: what is
  /// missing, there twice, or out of order in its key.
  [[nodiscard]] std::string effect_differences() const;

 private:
  const TestDatabase& db_;
  long events_ = 0;
};

}  // namespace tests
