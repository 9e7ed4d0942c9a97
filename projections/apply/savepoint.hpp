#pragma once

#include <string>

#include "projections/tx.hpp"

namespace projections {

/// A savepoint that only this code knows by name, with all constraints deferred from its start.
/// The caller that opens it must end it by `release` or `roll_back`; without either it stays open
/// until the transaction ends, which is right after an error that ends the transaction.
class Savepoint {
 public:
  /// One round trip. @throws pqxx::failure and kin.
  explicit Savepoint(Tx& tx);
  /// The SQL that opens one, to be sent ahead of a statement; what it opens is then taken over by
  /// `opened`.
  [[nodiscard]] static const std::string& opening();
  [[nodiscard]] static Savepoint opened(Tx& tx) { return Savepoint{tx, Opened{}}; }
  /// The SQL of `release`, for the same use.
  [[nodiscard]] static const std::string& releasing();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;

  /// Checks the deferred constraints, then keeps what was done. One round trip.
  /// @throws pqxx::failure and kin: a constraint that does not hold, or a transaction that is no
  ///   longer ours; `roll_back` fails as well then.
  void release();

  /// Undoes everything since the start, also an error, and closes the savepoint. One round trip.
  /// @throws pqxx::failure and kin when the transaction is no longer ours.
  void roll_back();

 private:
  struct Opened {};
  Savepoint(Tx& tx, Opened /*already*/) : tx_(tx) {}

  Tx& tx_;
};

}  // namespace projections
