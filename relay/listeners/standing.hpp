#pragma once

#include <map>
#include <string>
#include <vector>

namespace relay::listeners {

/// A listener as a relay runs it.
struct OwnListener {
  std::string name;
  std::vector<std::string> patterns;
};

/// What all relays of a database must agree on, as the database holds it.
struct Registered {
  struct Entry {
    std::vector<std::string> patterns;
    std::string state;  ///< active, paused, retired
  };
  std::map<std::string, Entry> listeners;
  std::map<std::string, std::string> settings;

  [[nodiscard]] std::string version() const;  ///< `listeners_version`
};

/// Why this relay must not claim, one sentence each with what to do; empty: it may.
/// Completing an event that an active listener has not seen would lose it for that listener.
/// @param own_settings `completion`, `ordering`, `lanes` as this relay has them. Pure.
[[nodiscard]] std::vector<std::string> disagreements(
    const std::vector<OwnListener>& own, const std::map<std::string, std::string>& own_settings,
    const Registered& registered);

}  // namespace relay::listeners
