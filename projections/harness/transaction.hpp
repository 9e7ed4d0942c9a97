#pragma once

#include <string>

#include "projections/tx.hpp"

namespace projections::harness {

/// A connection with one open transaction, in the form that `Tx` wants. Rolled back at the end
/// unless it was committed. Threads: one at a time.
class Transaction {
 public:
  /// @param conninfo a libpq URI or keywords. @throws pqxx::failure and kin.
  explicit Transaction(const std::string& conninfo);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] Tx& tx() { return tx_; }
  /// @throws pqxx::failure and kin; the transaction is over either way.
  void commit();

 private:
  pqxx::connection connection_;
  pqxx::nontransaction driver_;
  Tx tx_;
  bool open_ = true;
};

}  // namespace projections::harness
