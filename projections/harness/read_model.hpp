#pragma once

#include <string>
#include <vector>

#include "projections/harness/report.hpp"
#include "projections/tx.hpp"

namespace projections::harness {

/// The tables that a projection writes, compared as text, row by row.
class ReadModel {
 public:
  /// Rows of each table, sorted.
  using Rows = std::vector<std::vector<std::string>>;

  /// @param tables names, "table" or "schema.table", as a conninfo's user would write them; they
  ///   are quoted. All that the projection writes, also what it keeps for itself.
  explicit ReadModel(std::vector<std::string> tables) : tables_(std::move(tables)) {}

  /// Empties the tables, in the transaction. @throws pqxx::failure and kin.
  void clear(Tx& tx) const;
  /// @throws pqxx::failure and kin.
  [[nodiscard]] Rows rows(Tx& tx) const;
  /// @param here, there what the two sides are called in words.
  [[nodiscard]] Report compare(const Rows& a, const std::string& here, const Rows& b,
                               const std::string& there) const;

 private:
  std::vector<std::string> tables_;
};

}  // namespace projections::harness
