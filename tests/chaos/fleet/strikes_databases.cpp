#include <atomic>
#include <optional>

#include "tests/chaos/dice.hpp"
#include "tests/chaos/fleet/bounds.hpp"
#include "tests/chaos/fleet/storm.hpp"

namespace chaos::fleet {
namespace {

using Kind = Trouble::Kind;
using Track = Strike::Track;

constexpr std::size_t tenants_most = 26;
constexpr std::size_t tenants_least = 15;

/// Nobody new gets in but the superuser, and nobody stays.
void close_to_all(Session& admin, const Tenant& tenant) {
  admin.exec("ALTER DATABASE " + tenant.dbname + " CONNECTION LIMIT 0");
  admin.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
             {tenant.dbname});
}

void create(Ground& ground, Random& random) {
  Site& site = ground.site;
  if (site.tenants().all().size() >= tenants_most) return;
  static std::atomic<int> made{0};
  const std::string name = "new" + std::to_string(++made);
  const Tenant tenant{.name = name,
                      .dbname = name,
                      .server = static_cast<int>(random() % Site::servers),
                      .weight = draw(random)};
  {
    const Troubles::Lasting unserved{site.troubles(),
                                     trouble_of(Kind::unserved, "database-created", tenant)};
    site.create(tenant);
    site.tenants().add(tenant);
    hold(random, 0, 1);
    site.change_catalogue("INSERT INTO tenant (name, url) VALUES ($1, $2)",
                          {tenant.name, site.relay_url(tenant)});
  }
  site.tenants().change(name, [](Tenant& one) { one.served = true; });
}

// As an operator would do it: nobody may be in it, and the catalogue's url follows.
void rename(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  static std::atomic<int> renamed{0};
  const std::string fresh = tenant->name + "_r" + std::to_string(++renamed);
  const Troubles::Lasting away{site.troubles(),
                               trouble_of(Kind::away, "database-renamed", *tenant)};
  Session admin = site.admin(tenant->server);
  for (int tries = 1;; ++tries) {
    close_to_all(admin, *tenant);
    try {
      admin.exec("ALTER DATABASE " + tenant->dbname + " RENAME TO " + fresh);
      break;
    } catch (const DatabaseError& error) {
      if (error.lost || tries == 50) throw;
      hold(random, 0.02, 0.1);
    }
  }
  site.tenants().change(tenant->name, [&](Tenant& one) { one.dbname = fresh; });
  admin.exec("ALTER DATABASE " + fresh + " CONNECTION LIMIT -1");
  hold(random, 0, 1);
  Tenant now = *tenant;
  now.dbname = fresh;
  const Troubles::Lasting changed{site.troubles(),
                                  trouble_of(Kind::row_changed, "database-renamed", now)};
  site.change_catalogue("UPDATE tenant SET url = $2 WHERE name = $1",
                        {now.name, site.relay_url(now)});
}

void close(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  const Troubles::Lasting away{site.troubles(), trouble_of(Kind::away, "database-closed", *tenant)};
  Session admin = site.admin(tenant->server);
  admin.exec("ALTER DATABASE " + tenant->dbname + " CONNECTION LIMIT 0");
  if (draw(random) < 0.5) close_to_all(admin, *tenant);
  hold(random, 0.5, ground.longest_s);
  admin.exec("ALTER DATABASE " + tenant->dbname + " CONNECTION LIMIT -1");
}

void end_sessions_of_one(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  const Troubles::Lasting away{site.troubles(),
                               trouble_of(Kind::away, "database-sessions-end", *tenant)};
  site.admin(tenant->server)
      .exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
            {tenant->dbname});
}

/// Writers leave it, what it holds is looked at, and it goes.
void drop(Ground& ground, const Tenant& tenant) {
  Site& site = ground.site;
  site.tenants().change(tenant.name, [](Tenant& one) { one.written = false; });
  {
    Session db = site.admin(tenant.server, tenant.dbname);
    db.exec(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'fleet-writer'");
    ground.sightings.add(look_at(db, tenant, false));
  }
  site.tenants().remove(tenant.name);
  site.admin(tenant.server).exec("DROP DATABASE " + tenant.dbname + " WITH (FORCE)");
}

void drop_when_removed(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant || site.tenants().all().size() <= tenants_least) return;
  (void)site.troubles().begin(trouble_of(Kind::unserved, "database-dropped", *tenant));
  site.tenants().change(tenant->name, [](Tenant& one) { one.served = false; });
  site.change_catalogue("DELETE FROM tenant WHERE name = $1", {tenant->name});
  hold(random, (Bounds::leave + 2 * Bounds::grace) / 1e3,
       (Bounds::leave + 4 * Bounds::grace) / 1e3);
  drop(ground, *tenant);
}

void drop_at_once(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant || site.tenants().all().size() <= tenants_least) return;
  const Troubles::Lasting away{site.troubles(),
                               trouble_of(Kind::away, "database-dropped-while-served", *tenant)};
  drop(ground, *tenant);
  hold(random, 0.5, 4);
  site.change_catalogue("DELETE FROM tenant WHERE name = $1", {tenant->name});
}

}  // namespace

std::vector<Strike> database_strikes() {
  return {{"database-created", Track::databases, 3, create},
          {"database-renamed", Track::databases, 2, rename},
          {"database-closed", Track::databases, 2, close},
          {"database-sessions-end", Track::databases, 2, end_sessions_of_one},
          {"database-dropped", Track::databases, 1, drop_when_removed},
          {"database-dropped-while-served", Track::databases, 1, drop_at_once}};
}

}  // namespace chaos::fleet
