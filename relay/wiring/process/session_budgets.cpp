#include "relay/wiring/process/session_budgets.hpp"

#include <algorithm>
#include <map>
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

SessionBudgets::SessionBudgets(const settings::Settings& settings)
    : all_(settings.relay.connections) {
  First of_server;
  First of_role;
  First of_database;
  for (const settings::Database& database : settings.databases) {
    preflight::SessionBudget& budget = of_databases_[database.name];
    const Way way = way_of(database.url);
    if (way.server.empty()) continue;
    count(of_server, {way.server, ""}, budget.on_server, share(database), all_);
    count(of_role, {way.server, way.role}, budget.as_role, share(database), all_);
    count(of_database, {way.server, way.database}, budget.here, share(database), all_);
  }
}

preflight::SessionBudget SessionBudgets::of(const settings::Database& database) const {
  const auto found = of_databases_.find(database.name);
  if (found != of_databases_.end()) return found->second;
  return {.here = share(database), .as_role = 0, .on_server = 0};
}

int SessionBudgets::share(const settings::Database& database) const {
  return database.connections > 0 ? std::min(database.connections, all_) : all_;
}

}  // namespace relay::wiring
