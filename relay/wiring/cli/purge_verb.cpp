#include <iostream>

#include "relay/upkeep/purge_all.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/wire_upkeep.hpp"

namespace relay::wiring {
namespace {

void tell(const std::string& database, const upkeep::Purge& purge,
          const upkeep::PurgeReport& report, bool dry_run) {
  std::cout << database << ": " << purge.name << ": " << (report.estimated ? "about " : "")
            << report.rows << " row(s) of " << purge.table << (dry_run ? " would go" : " are gone");
  if (report.estimated) std::cout << ", estimated from a part of its pages";
  if (report.left_out > 0) {
    std::cout << "; " << report.left_out
              << " page(s) are left, which could not be purged: " << report.why_left_out;
  }
  std::cout << std::endl;
}

/// @return whether all of it could be done.
bool purge_one(pg::Connection& connection, const std::string& database, const upkeep::Purge& purge,
               bool dry_run) {
  if (dry_run) {
    tell(database, purge, upkeep::purge_estimate(connection, purge), true);
    return true;
  }
  upkeep::PurgeReport report;
  {
    const ProgressBar bar;
    report = upkeep::purge_all(
        connection, purge, [&](std::int64_t done, std::int64_t total) { bar.show(done, total); });
  }
  tell(database, purge, report, false);
  return report.left_out == 0;
}

}  // namespace

int purge(const Blueprint& blueprint, const Command& command) {
  bool all = true;
  for (const settings::Database& database : blueprint.settings.databases) {
    const auto purges = upkeep::purges_of(keep_of(blueprint, database));
    if (purges.empty()) {
      std::cout << database.name << ": everything is kept for ever ([retention] in "
                << command.config << ")\n";
      continue;
    }
    OutboxConnection connection{database, {.application_name = "freshet purge"}};
    for (const upkeep::Purge& purge : purges) {
      all = purge_one(connection, database.name, purge, command.dry_run) && all;
    }
  }
  return all ? Exit::fine : Exit::other;
}

}  // namespace relay::wiring
