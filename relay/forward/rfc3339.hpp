#pragma once

#include <string>

#include "projections/event.hpp"

namespace relay::forward {

/// A time as RFC 3339 has it, in UTC with microseconds: "2026-03-01T09:30:00.000250Z".
/// @throws std::invalid_argument for a year that does not have four digits.
[[nodiscard]] std::string rfc3339(projections::DatabaseTime time);

}  // namespace relay::forward
