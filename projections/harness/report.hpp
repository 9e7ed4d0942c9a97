#pragma once

#include <string>

namespace projections::harness {

/// What a check found; converts to true when all is well.
struct Report {
  std::string difference;  ///< In words and rows; empty: none.
  explicit operator bool() const { return difference.empty(); }
};

}  // namespace projections::harness
