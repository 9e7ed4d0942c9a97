#pragma once

#include "projections/failure.hpp"

namespace relay::engine {

/// Whether a server has no room (53100), no connection (53300) or takes no writes (25006). It
/// answers a probe all the same, so that the same event failing again says nothing about the event.
[[nodiscard]] inline bool is_shortage(const projections::Failure& why) {
  return why.sqlstate == "53100" || why.sqlstate == "53300" || why.sqlstate == "25006";
}

}  // namespace relay::engine
