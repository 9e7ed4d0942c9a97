#include "relay/wiring/process/session_budgets.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"

namespace relay::wiring {
namespace {

struct Way {
  std::string server;  ///< Empty: the address leads nowhere, which others say.
  std::string role;
  std::string database;
};

Way way_of(const std::string& url) {
  try {
    auto options = pg::read_conninfo(url, "", pg::Wanted::any).options;
    return {pg::server_of(url), options["user"], options["dbname"]};
  } catch (const std::invalid_argument&) {
    return {};
  }
}

/// What the first database of something is told: what all of them may want together.
using First = std::map<std::pair<std::string, std::string>, int*>;

void count(First& first, std::pair<std::string, std::string> of, int& budget, int share, int all) {
  int& told = *first.try_emplace(std::move(of), &budget).first->second;
  told = std::min(all, told + share);
}

}  // namespace

SessionBudgets session_budgets(const settings::Settings& settings) {
  const int all = settings.relay.connections;
  SessionBudgets budgets;
  First of_server;
  First of_role;
  First of_database;
  for (const settings::Database& database : settings.databases) {
    preflight::SessionBudget& budget = budgets[database.name];
    const Way way = way_of(database.url);
    if (way.server.empty()) continue;
    const int share = database.connections > 0 ? std::min(database.connections, all) : all;
    count(of_server, {way.server, ""}, budget.on_server, share, all);
    count(of_role, {way.server, way.role}, budget.as_role, share, all);
    count(of_database, {way.server, way.database}, budget.here, share, all);
  }
  return budgets;
}

}  // namespace relay::wiring
