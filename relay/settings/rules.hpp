#pragma once

#include <vector>

#include "relay/settings/faults.hpp"
#include "relay/settings/settings.hpp"

namespace relay::settings {

/// Where everything stands; the lists run beside those of `Settings`.
struct Places {
  Place relay;
  std::vector<Place> databases;
  std::vector<Place> projections;
};

/// Fills in defaults that follow from other settings: the limits nest.
void derive_defaults(Relay& relay, const Place& place);

/// What no single setting can tell: limits that must nest, names that must differ.
void check_rules(const Settings& settings, const Places& places, Faults& faults);

}  // namespace relay::settings
