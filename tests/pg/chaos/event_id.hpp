#pragma once

#include <string>

namespace tests {

/// The id of event `number`, 0 to 9, of a planted history.
inline std::string event_id(int number) {
  return "00000000-0000-7000-8000-00000000000" + std::to_string(number);
}

}  // namespace tests
