#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// What a database's upkeep has done, and what it found to be mostly air.
struct UpkeepStatus {
  struct Repair {
    std::string kind;  ///< "waiting", "orphaned", "parked".
    std::int64_t number = 0;
    std::string last;  ///< ISO 8601, UTC.
    std::string last_ids;
  };
  struct Sweep {
    std::string name;
    int percent = 0;
    std::int64_t removed = 0;
    std::int64_t removed_total = 0;
    std::string finished;  ///< ISO 8601, UTC; empty: at work.
  };
  struct Air {
    std::string name;
    std::int64_t megabytes = 0;
    std::int64_t entries = 0;  ///< Of an index; dead rows of a table.
    std::string command;       ///< What helps; empty: a table.
  };
  std::string database;
  std::vector<Repair> repairs;
  std::vector<Sweep> sweeps;
  std::vector<Air> air;
};

/// @throws pqxx::failure and kin.
[[nodiscard]] UpkeepStatus read_upkeep(pg::Connection& connection, const std::string& database);

/// A line for each thing that an operator should know; "" where there is none.
[[nodiscard]] std::string upkeep_text(const std::vector<UpkeepStatus>& all, bool databases);
[[nodiscard]] nlohmann::ordered_json upkeep_json(const std::vector<UpkeepStatus>& all);

}  // namespace relay::operate
