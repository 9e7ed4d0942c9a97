#pragma once

#include <string>
#include <vector>

#include "projections/harness/history.hpp"
#include "projections/harness/report.hpp"
#include "projections/harness/transaction.hpp"
#include "projections/registry.hpp"

namespace projections::harness {

/// Given events, when a projection has seen them, then its tables hold …: for a user's own tests,
/// with any test framework.
///
///     Scenario scenario{conninfo, projection};
///     scenario.given({"IncidentOpened", "INC1", R"({"state":"New"})"});
///     assert(scenario.when_applied());
///     assert(scenario.then("SELECT number, state FROM incident_board", {{"INC1", "New"}}));
///
/// The database must be migrated and have the read model's tables. All happens in one transaction
/// that is rolled back at the end, with the guard that the relay uses: nothing stays behind.
/// Threads: one at a time. Ownership: borrows the projection.
class Scenario {
 public:
  /// @throws pqxx::failure and kin when the database cannot be reached.
  Scenario(const std::string& conninfo, const Projection& projection);

  Scenario& given(const GivenEvent& event);
  /// Applies, as one batch, the events given since the last call.
  /// @return which events failed and why.
  Report when_applied();
  /// Compares rows in the query's own order; NULL is written "NULL".
  [[nodiscard]] Report then(const std::string& query,
                            const std::vector<std::vector<std::string>>& expected);

  /// For set-up and for looks of one's own.
  [[nodiscard]] Tx& tx() { return transaction_.tx(); }

 private:
  const Projection& projection_;
  Transaction transaction_;
  History history_;
  std::size_t applied_ = 0;
};

}  // namespace projections::harness
