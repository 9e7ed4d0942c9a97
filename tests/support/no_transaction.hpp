#pragma once

#include "projections/tx.hpp"

namespace tests {

/// Names a transaction that nobody uses.
union NoTransaction {
  NoTransaction() {}   // NOLINT(modernize-use-equals-default): the member stays unmade
  ~NoTransaction() {}  // NOLINT(modernize-use-equals-default)
  projections::Tx tx;
};

}  // namespace tests
