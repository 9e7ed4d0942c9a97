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
  Place catalogue;
  std::vector<Place> projections;
  Place kafka;
  std::vector<Place> forwards;
};

/// A limit as messages tell it.
[[nodiscard]] std::string ms(std::chrono::milliseconds value);

/// Fills in defaults that follow from other settings: the limits nest.
void derive_defaults(Settings& settings, const Places& places);
/// @param settings of databases with their own defaults filled in.
void derive_defaults(Kafka& kafka, const Place& place, const Settings& settings);
/// Limits that are not set are shortened until they nest. @param said where they may be set.
void nest_limits(Work& work, std::chrono::seconds drain, const std::vector<const Place*>& said);

/// Puts its schema into both urls, so that each session looks there. @param database without a
/// fault.
void lead_to_schema(Database& database);

/// What no single setting can tell: limits that must nest, names that must differ.
void check_rules(const Settings& settings, const Places& places, Faults& faults);

// The parts of it that concern one section. `label` is what sentences begin with, a blank at its
// end, or "".

/// That its limits nest. Nothing where it says none itself: then all was said of [relay].
void check_own_limits(const std::string& label, const Work& work, std::chrono::seconds drain,
                      const Place& place, Faults& faults);
/// That what it may have of the process's sessions is no more than there are.
void check_own_sessions(const std::string& label, const Database& database, int sessions,
                        const Place& place, Faults& faults);
void check_url(const std::string& label, const std::string& url, const char* key,
               const Place& place, Faults& faults);
void check_guards(const std::string& label, const Retention& retention, const Place& place,
                  Faults& faults);
/// That Kafka's limit nests with a database's. @param whose as the sentence names them: "its".
void check_timeout(const Kafka& kafka, const std::string& whose, const Work& work,
                   const Place& place, Faults& faults);

/// A query without blanks, comments and semicolons behind it. @param query without a fault.
[[nodiscard]] std::string bare_query(const std::string& query);
/// The part of it that is about the catalogue.
void check_catalogue(const Settings& settings, const Places& places, Faults& faults);
/// The part of it that is about retention.
void check_retention(const Settings& settings, const Places& places, Faults& faults);
/// The part of it that is about Kafka.
void check_forwards(const Settings& settings, const Places& places, Faults& faults);

}  // namespace relay::settings
