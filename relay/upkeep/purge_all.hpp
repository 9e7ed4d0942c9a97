#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "relay/pg/connection.hpp"
#include "relay/upkeep/purge_pages.hpp"

namespace relay::upkeep {

/// What would go, or went.
struct PurgeReport {
  std::int64_t rows = 0;
  bool estimated = false;     ///< From a part of the table's pages.
  std::int64_t left_out = 0;  ///< Pages that could not be purged: a lock, a foreign key, …
  std::string why_left_out;   ///< … in the server's words.
};

/// @param done, total pages.
using PurgeProgress = std::function<void(std::int64_t done, std::int64_t total)>;

/// Purges one table now, to its end, in bounded steps that commit. @throws pqxx::failure and kin.
PurgeReport purge_all(pg::Connection& connection, const Purge& purge,
                      const PurgeProgress& progress);

/// How many rows would go: counted where the table has 32 MB or less, else estimated from that much
/// of it, spread evenly. Changes nothing. @throws pqxx::failure and kin.
[[nodiscard]] PurgeReport purge_estimate(pg::Connection& connection, const Purge& purge);

}  // namespace relay::upkeep
