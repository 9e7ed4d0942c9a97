#include <optional>

#include "tests/chaos/fleet/storm.hpp"

namespace chaos::fleet {
namespace {

Trouble about_server(const std::string& what, int server) {
  return {.kind = Trouble::Kind::away, .what = what, .server = server};
}

Trouble about_catalogue(const std::string& what) {
  return {.kind = Trouble::Kind::catalogue_away, .what = what};
}

void freeze(Ground& ground, Random& random, int server) {
  Site& site = ground.site;
  const std::string what = server == 0 ? "server-frozen" : "second-server-frozen";
  const Troubles::Lasting away{site.troubles(), about_server(what, server)};
  std::optional<Troubles::Lasting> catalogue;
  if (server == 0) catalogue.emplace(site.troubles(), about_catalogue(what));
  site.freeze(server);
  hold(random, 1, ground.longest_s);
  site.thaw(server);
}

void blow(Ground& ground, Random& random, Weather weather, const std::string& what) {
  Site& site = ground.site;
  const Troubles::Lasting away{site.troubles(), about_server(what, 1)};
  site.backends_lag(1, true);
  site.way_to_second().weather(weather);
  if (weather == Weather::refused) site.way_to_second().reset();
  hold(random, 0.5, ground.longest_s);
  site.way_to_second().weather(Weather::fair);
  site.backends_lag(1, false);
}

void hide_catalogue(Ground& ground, Random& random, Weather weather, const std::string& what) {
  Site& site = ground.site;
  const Troubles::Lasting away{site.troubles(), about_catalogue(what)};
  site.backends_lag(Site::catalogue, true);
  site.way_to_catalogue().weather(weather);
  if (weather == Weather::refused) site.way_to_catalogue().cut();
  hold(random, 1, ground.longest_s);
  site.way_to_catalogue().weather(Weather::fair);
  site.backends_lag(Site::catalogue, false);
}

void spoil_catalogue(Ground& ground, Random& random, const std::string& what,
                     const std::string& spoil, const std::string& mend) {
  Site& site = ground.site;
  const Troubles::Lasting away{site.troubles(), about_catalogue(what)};
  site.catalogue_admin().exec(spoil);
  hold(random, 1, ground.longest_s);
  site.catalogue_admin().exec(mend);
}

void end_sessions_of_server(Ground& ground, Random& random) {
  const int server = static_cast<int>(random() % Site::servers);
  const Troubles::Lasting away{ground.site.troubles(), about_server("server-sessions-end", server)};
  ground.site.admin(server).exec(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '" +
      std::string{relay_application} + "%'");
}

}  // namespace

std::vector<Strike> server_strikes() {
  using Track = Strike::Track;
  const std::string relay{Site::relay_role};
  return {
      {"server-frozen", Track::servers, 1, [](Ground& g, Random& r) { freeze(g, r, 0); }},
      {"second-server-frozen", Track::servers, 2, [](Ground& g, Random& r) { freeze(g, r, 1); }},
      {"second-server-cut", Track::servers, 2,
       [](Ground& g, Random& r) { blow(g, r, Weather::refused, "second-server-cut"); }},
      {"second-server-black-hole", Track::servers, 2,
       [](Ground& g, Random& r) { blow(g, r, Weather::silent, "second-server-black-hole"); }},
      {"server-sessions-end", Track::servers, 2, end_sessions_of_server},
      {"catalogue-cut", Track::servers, 1,
       [](Ground& g, Random& r) { hide_catalogue(g, r, Weather::refused, "catalogue-cut"); }},
      {"catalogue-black-hole", Track::servers, 1,
       [](Ground& g, Random& r) { hide_catalogue(g, r, Weather::silent, "catalogue-black-hole"); }},
      {"catalogue-table-gone", Track::servers, 1,
       [](Ground& g, Random& r) {
         spoil_catalogue(g, r, "catalogue-table-gone",
                         "ALTER TABLE tenant RENAME TO tenant_elsewhere",
                         "ALTER TABLE tenant_elsewhere RENAME TO tenant");
       }},
      {"catalogue-forbidden", Track::servers, 1,
       [relay](Ground& g, Random& r) {
         spoil_catalogue(g, r, "catalogue-forbidden", "REVOKE SELECT ON tenant FROM " + relay,
                         "GRANT SELECT ON tenant TO " + relay);
       }},
  };
}

}  // namespace chaos::fleet
