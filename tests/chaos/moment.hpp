#pragma once

#include <chrono>
#include <string>

namespace chaos {

/// Something bad that struck, and what it may lead to. Times are milliseconds since 1970.
struct Moment {
  std::string what;
  long from_ms = 0;
  long until_ms = 0;
  int repeats = 0;           ///< How often it may make a forward send an event again.
  bool broker_gone = false;  ///< Nobody could use the broker meanwhile.
};

inline long now_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

}  // namespace chaos
