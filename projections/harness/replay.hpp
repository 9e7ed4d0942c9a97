#pragma once

#include <span>

#include "projections/event.hpp"
#include "projections/harness/report.hpp"
#include "projections/registry.hpp"
#include "projections/tx.hpp"

namespace projections::harness {

/// Applies events as one batch with the relay's own guard and savepoint; each must get done.
/// @return the first event that did not, and why.
[[nodiscard]] Report replay(const Projection& projection, std::span<const Event> events, Tx& tx);

}  // namespace projections::harness
