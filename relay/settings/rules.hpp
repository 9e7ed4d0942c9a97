#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "relay/settings/faults.hpp"
#include "relay/settings/settings.hpp"

namespace relay::settings {

/// Where everything stands; the lists run beside those of `Settings`.
struct Places {
  Place relay;
  Place retention;
  std::vector<Place> retentions;  ///< Of the databases.
  std::vector<Place> databases;
  std::vector<Place> projections;
  Place kafka;
  std::vector<Place> forwards;
};

/// A limit as messages tell it.
[[nodiscard]] std::string ms(std::chrono::milliseconds value);

/// Fills in defaults that follow from other settings: the limits nest.
void derive_defaults(Settings& settings, const Places& places);
/// @param databases with their own defaults filled in.
void derive_defaults(Kafka& kafka, const Place& place, const std::vector<Database>& databases);

/// What no single setting can tell: limits that must nest, names that must differ.
void check_rules(const Settings& settings, const Places& places, Faults& faults);
/// The part of it that is about retention.
void check_retention(const Settings& settings, const Places& places, Faults& faults);
/// The part of it that is about Kafka.
void check_forwards(const Settings& settings, const Places& places, Faults& faults);

}  // namespace relay::settings
