#pragma once

#include <string>

namespace projections::harness {

/// An event as a test writes it down.
struct GivenEvent {
  std::string type;
  std::string aggregate_id;         ///< Empty: the event has no key but its own id.
  std::string payload = "{}";       ///< JSON.
  std::string aggregate_type = {};  ///< Empty: none.
  std::string headers = {};         ///< A JSON object; empty: none.
};

}  // namespace projections::harness
