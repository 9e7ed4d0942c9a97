#include "relay/operate/migrate/migrate.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "relay/operate/migrate/adoption.hpp"
#include "relay/operate/migrate/apply_migration.hpp"
#include "relay/operate/migrate/pause.hpp"
#include "relay/pg/schema_state.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

namespace sql = schema::statements;
using Kind = pg::SchemaState::Kind;

// The session while a migrate is at work: alone in this database, without the role's time limits.
class Session {
 public:
  Session(pg::Connection& direct, const MigrateProgress& progress, const MigrateOptions& options)
      : direct_(direct) {
    lock(progress, options);
    direct_.exec(sql::migrate_prepare);
  }
  ~Session() {
    direct_.rollback();
    for (const auto statement : {sql::migrate_restore, sql::migrate_unlock}) {
      try {
        direct_.exec(statement);
      } catch (...) {
        // The connection is gone, and with it the lock and the settings.
      }
    }
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

 private:
  void lock(const MigrateProgress& progress, const MigrateOptions& options) {
    const auto deadline = std::chrono::steady_clock::now() + options.wait_for_other;
    bool said = false;
    while (!direct_.exec(sql::migrate_lock)[0][0].as<bool>()) {
      if (!said) progress("", "another migrate is at work, waiting for it", 0, 0);
      said = true;
      if (std::chrono::steady_clock::now() >= deadline) {
        throw MigrateError{
            "Another freshet migrate is still at work in this database. Wait until "
            "it has ended and try again."};
      }
      pause(options);
    }
  }

  pg::Connection& direct_;
};

std::set<int> finished_versions(pg::Connection& direct) {
  std::set<int> versions;
  for (const auto& row : direct.exec(sql::schema_history_read)) {
    if (row["finished"].as<bool>()) versions.insert(row["version"].as<int>());
  }
  return versions;
}

void require_server(pg::Connection& direct, bool any_encoding) {
  if (direct.server_version() < 140000) {
    throw MigrateError{"Freshet needs PostgreSQL 14 or newer; this server is version " +
                       std::to_string(direct.server_version() / 10000) + "."};
  }
  const std::string encoding = direct.exec(sql::preflight_server)[0][2].c_str();
  if (!any_encoding && encoding != "UTF8") {
    throw MigrateError{"Nothing was changed: the database's encoding is " + encoding +
                       "; Freshet needs UTF8, in which every JSON can be stored."};
  }
}

// Before the first change of anything that an application may own.
void require_adoptable(pg::Connection& direct) {
  const std::vector<std::string> faults = adoption_faults(direct);
  if (faults.empty()) return;
  std::string text = "Nothing was changed.";
  for (const std::string& fault : faults) text += "\n" + fault;
  throw MigrateError{text};
}

// The first versions touch what the application owns; with them done, the rest is ours.
constexpr int owned_from_here = 2;

}  // namespace

MigrateReport migrate(pg::Connection& direct, const MigrateProgress& progress,
                      const MigrateOptions& options) {
  require_server(direct, options.any_encoding);
  const Session session{direct, progress, options};
  const pg::SchemaState state = pg::schema_state(direct, options.files);
  if (state.kind == Kind::newer || state.kind == Kind::changed) {
    throw MigrateError{pg::sentence(state)};
  }
  std::set<int> finished;
  if (state.kind != Kind::missing) finished = finished_versions(direct);
  if (!finished.contains(owned_from_here)) require_adoptable(direct);
  direct.exec(sql::schema_history_create);

  MigrateReport report;
  for (const schema::Migration& migration : options.files) {
    report.version = migration.version;
    if (finished.contains(migration.version)) continue;
    apply_migration(direct, migration, progress, options);
    ++report.applied;
  }
  return report;
}

}  // namespace relay::operate
