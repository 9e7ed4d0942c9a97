#include <optional>

#include "relay/upkeep/purge_all.hpp"
#include "relay/wiring/cli/each_database.hpp"
#include "relay/wiring/cli/one_database.hpp"
#include "relay/wiring/cli/terminal.hpp"
#include "relay/wiring/cli/twins.hpp"
#include "relay/wiring/cli/verbs.hpp"
#include "relay/wiring/wire_upkeep.hpp"

namespace relay::wiring {
namespace {

std::string in_text(const std::string& database, const upkeep::Purge& purge,
                    const upkeep::PurgeReport& report, bool dry_run) {
  std::string text = database + ": " + purge.name + ": " + (report.estimated ? "about " : "") +
                     std::to_string(report.rows) + " row(s) of " + purge.table +
                     (dry_run ? " would go" : " are gone");
  if (report.estimated) text += ", estimated from a part of its pages";
  if (report.left_out > 0) {
    text += "; " + std::to_string(report.left_out) +
            " page(s) are left, which could not be purged: " + report.why_left_out;
  }
  return text + "\n";
}

upkeep::PurgeReport purge_one(pg::Connection& connection, const upkeep::Purge& purge, bool alone) {
  std::optional<ProgressBar> bar;
  if (alone) bar.emplace();
  return upkeep::purge_all(connection, purge, [&](std::int64_t done, std::int64_t total) {
    if (bar) bar->show(done, total);
  });
}

}  // namespace

int purge(const Blueprint& blueprint, const Command& command) {
  const auto& databases = blueprint.settings.databases;
  Twins twins{blueprint};
  const auto work = [&](std::size_t i) -> Told {
    const settings::Database& database = databases[i];
    const auto purges = upkeep::purges_of(keep_of(blueprint, database));
    if (purges.empty()) {
      return {database.name + ": everything is kept for ever ([retention] in " + command.config +
              ")\n"};
    }
    Told told;
    OutboxConnection connection{database, {.application_name = "freshet purge"}};
    twins.look(i, connection);
    for (const upkeep::Purge& purge : purges) {
      const upkeep::PurgeReport report = command.dry_run
                                             ? upkeep::purge_estimate(connection, purge)
                                             : purge_one(connection, purge, databases.size() == 1);
      told.text += in_text(database.name, purge, report, command.dry_run);
      if (!command.dry_run && report.left_out > 0) told.code = Exit::other;
    }
    return told;
  };
  const auto in_turn = [&](std::size_t i, Told& told) {
    const std::string& same = twins.same_as(i);
    if (!same.empty()) told.text = databases[i].name + ": " + same + "\n";
  };
  return worst(each_database(blueprint, work, {.named = true, .in_turn = in_turn}));
}

}  // namespace relay::wiring
