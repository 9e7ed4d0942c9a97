#pragma once

namespace tests {

/// A draw between 0 and 1 that is always the middle, so that a pause is as long as it is meant.
inline double middle() {
  return 0.5;
}

}  // namespace tests
