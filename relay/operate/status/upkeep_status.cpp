#include "relay/operate/status/upkeep_status.hpp"

#include "relay/operate/text/printable.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using Json = nlohmann::ordered_json;

std::string words(const std::string& kind) {
  if (kind == "waiting") return "deliveries that waited although nothing held them";
  if (kind == "orphaned") return "deliveries without an event, removed";
  if (kind == "parked") return "parked events that owed nothing, completed";
  return kind;
}

std::string lines(const UpkeepStatus& one, const std::string& of) {
  std::string text;
  for (const UpkeepStatus::Repair& repair : one.repairs) {
    text += "repaired" + of + ": " + std::to_string(repair.number) + " " +
            printable(words(repair.kind)) + ", last at " + repair.last + " (" +
            printable(repair.last_ids) + "); a fault of Freshet's, please report it\n";
  }
  for (const UpkeepStatus::Sweep& sweep : one.sweeps) {
    if (sweep.removed_total == 0) continue;
    const bool over = !sweep.finished.empty();
    text +=
        "purge" + of + " of " + printable(sweep.name) + ": " + std::to_string(sweep.removed) +
        (over ? " in the last sweep" : " in this sweep") + ", " +
        std::to_string(sweep.removed_total) + " in all, " +
        (over ? "finished at " + sweep.finished : "at " + std::to_string(sweep.percent) + " %") +
        "\n";
  }
  for (const UpkeepStatus::Air& air : one.air) {
    text += air.command.empty()
                ? "table " + printable(air.name) + of + " has " + std::to_string(air.entries) +
                      " dead rows, more than live ones: vacuum does not keep up\n"
                : "index " + printable(air.name) + of + " is mostly air (" +
                      std::to_string(air.megabytes) + " MB for " + std::to_string(air.entries) +
                      " entries); run: " + printable(air.command) + "\n";
  }
  return text;
}

}  // namespace

UpkeepStatus read_upkeep(pg::Connection& connection, const std::string& database) {
  UpkeepStatus status;
  status.database = database;
  for (const auto& row : connection.exec(sql::status_upkeep_repairs)) {
    status.repairs.push_back(
        {row[0].c_str(), row[1].as<std::int64_t>(), row[2].c_str(), row[3].c_str()});
  }
  for (const auto& row : connection.exec(sql::status_upkeep_sweeps)) {
    status.sweeps.push_back({row[0].c_str(), row[1].as<int>(), row[2].as<std::int64_t>(),
                             row[3].as<std::int64_t>(), row[4].is_null() ? "" : row[4].c_str()});
  }
  for (const auto& row : connection.exec(sql::upkeep_air)) {
    status.air.push_back(
        {row[0].c_str(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), row[3].c_str()});
  }
  return status;
}

std::string upkeep_text(const std::vector<UpkeepStatus>& all, bool databases) {
  std::string text;
  for (const UpkeepStatus& one : all) text += lines(one, databases ? " of " + one.database : "");
  return text;
}

Json upkeep_json(const std::vector<UpkeepStatus>& all) {
  Json list = Json::array();
  for (const UpkeepStatus& one : all) {
    Json repairs = Json::array();
    for (const auto& repair : one.repairs) {
      repairs.push_back({{"kind", repair.kind},
                         {"number", repair.number},
                         {"last", repair.last},
                         {"last_ids", repair.last_ids}});
    }
    Json purges = Json::array();
    for (const auto& sweep : one.sweeps) {
      purges.push_back(
          {{"name", sweep.name},
           {"percent", sweep.percent},
           {"removed", sweep.removed},
           {"removed_total", sweep.removed_total},
           {"finished", sweep.finished.empty() ? Json(nullptr) : Json(sweep.finished)}});
    }
    Json air = Json::array();
    for (const auto& thing : one.air) {
      air.push_back({{"name", thing.name},
                     {"megabytes", thing.megabytes},
                     {"entries", thing.entries},
                     {"command", thing.command}});
    }
    list.push_back({{"database", one.database},
                    {"repairs", std::move(repairs)},
                    {"purges", std::move(purges)},
                    {"mostly_air", std::move(air)}});
  }
  return list;
}

}  // namespace relay::operate
