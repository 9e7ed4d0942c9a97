#include "projections/harness/transaction.hpp"

#include <exception>

namespace projections::harness {

Transaction::Transaction(const std::string& conninfo)
    : connection_(conninfo), driver_(connection_), tx_(driver_) {
  tx_.exec_unchecked("BEGIN");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    tx_.exec_unchecked("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is lost or the handler has closed it: the server rolls back by itself.
  }
}

void Transaction::commit() {
  open_ = false;
  tx_.exec_unchecked("COMMIT");
}

}  // namespace projections::harness
