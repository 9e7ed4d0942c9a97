#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/memory_store/session.hpp"

namespace tests::memory {

/// Whose batches a change of the listeners concerns, beside those of the first pass.
struct Concerned {
  std::vector<std::string> listeners = {};
  bool everybody = false;
};

/// As relay::pg::under_lanes_of: announces the change, waits for the batches under way of those
/// concerned and then of the first pass, changes, places forwards, raises the listeners' version
/// and commits. @throws rolled back; of kind conflict when a batch took too long.
void under_lanes_of(Session& session, const Concerned& whom,
                    const std::function<void(Transaction&)>& change);

}  // namespace tests::memory
