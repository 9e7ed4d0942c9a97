#include "tests/chaos/fleet/storm.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "tests/chaos/dice.hpp"

namespace chaos::fleet {

Trouble trouble_of(Trouble::Kind kind, const std::string& what, const Tenant& tenant) {
  return {.kind = kind,
          .what = what,
          .database = tenant.name,
          .dbname = tenant.dbname,
          .server = tenant.server};
}

std::vector<Strike> all_strikes() {
  std::vector<Strike> all;
  for (const auto& some : {database_strikes(), row_strikes(), server_strikes(), relay_strikes()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

Storm::Storm(Ground ground, std::uint64_t seed, const std::vector<std::string>& only)
    : ground_{ground} {
  const std::vector<Strike> all = all_strikes();
  for (const std::string& name : only) {
    if (std::ranges::find(all, name, &Strike::name) != all.end()) continue;
    std::string names;
    for (const Strike& one : all) names += " " + one.name;
    throw std::invalid_argument{"no fault '" + name + "' of a fleet; there are" + names};
  }
  std::vector<Strike> tracks[3];
  for (const Strike& one : all) {
    if (!only.empty() && std::ranges::find(only, one.name) == only.end()) continue;
    counts_[one.name];
    tracks[static_cast<int>(one.track)].push_back(one);
  }
  for (std::uint64_t i = 0; i < 3; ++i) {
    if (tracks[i].empty()) continue;
    tracks_.emplace_back([this, mine = tracks[i], random = Random{seed * 3 + i}](
                             const std::stop_token& stop) { run(stop, mine, random); });
  }
}

// Each once before any comes again; then by weight.
void Storm::run(const std::stop_token& stop, std::vector<Strike> strikes, Random random) {
  std::vector<std::size_t> deck;
  for (std::size_t i = 0; i < strikes.size(); ++i) deck.push_back(i);
  while (!stop.stop_requested() && broken().empty()) {
    std::shuffle(deck.begin(), deck.end(), random);
    for (const std::size_t i : deck) {
      const bool relays = strikes[i].track == Strike::Track::relays;
      pause(stop,
            relays ? 1'000 + ground_.rest_s * 1'000 * draw(random) : 300 + 1'500 * draw(random));
      if (stop.stop_requested() || !broken().empty()) return;
      let_strike(strikes[i], random);
    }
    deck.clear();
    for (std::size_t i = 0; i < strikes.size(); ++i) {
      deck.insert(deck.end(), static_cast<std::size_t>(strikes[i].weight), i);
    }
  }
}

void Storm::let_strike(const Strike& strike, Random& random) {
  bool struck = false;
  try {
    strike.strike(ground_, random);
    struck = true;
  } catch (const DatabaseError& error) {
    std::cout << strike.name << " was not possible: " << error.what() << std::flush;
  } catch (const std::exception& error) {
    const std::lock_guard lock{mutex_};
    broken_ = strike.name + ": " + error.what();
  }
  const std::lock_guard lock{mutex_};
  ++(struck ? counts_[strike.name].struck : counts_[strike.name].failed);
}

void Storm::stop_and_heal() {
  for (std::jthread& track : tracks_) track.request_stop();
  tracks_.clear();
  Site& site = ground_.site;
  site.way_to_catalogue().weather(Weather::fair);
  site.way_to_second().weather(Weather::fair);
  for (int server = 0; server < Site::servers; ++server) {
    site.thaw(server);
    heal_server(server);
  }
  heal_catalogue();
}

void Storm::heal_server(int server) {
  Session admin = ground_.site.admin(server);
  for (const auto& row : admin.exec("SELECT datname FROM pg_database WHERE datconnlimit = 0")) {
    admin.exec("ALTER DATABASE " + row[0].value_or("") + " CONNECTION LIMIT -1");
  }
}

// A strike that was not possible may have left half of what it does. Where it did, the database is
// taken anew.
void Storm::heal_catalogue() {
  Site& site = ground_.site;
  Session catalogue = site.catalogue_admin();
  if (catalogue.number("SELECT (to_regclass('tenant_elsewhere') IS NOT NULL)::int") == 1) {
    catalogue.exec("ALTER TABLE tenant_elsewhere RENAME TO tenant");
  }
  catalogue.exec("GRANT SELECT ON tenant TO " + std::string{Site::relay_role});
  for (const Tenant& one : site.tenants().all()) {
    if (one.in_file) continue;
    const std::string right = catalogue.text(
        "SELECT 1 FROM tenant WHERE name = $1 AND url = $2 AND served AND "
        "coalesce(connections, 2) >= 2",
        {one.name, site.relay_url(one)});
    if (right == "1") continue;
    const Troubles::Lasting changed{
        site.troubles(),
        {.kind = Trouble::Kind::row_changed, .what = "heal", .database = one.name}};
    catalogue.exec(
        "INSERT INTO tenant (name, url) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET url = "
        "excluded.url, served = true, connections = NULL",
        {one.name, site.relay_url(one)});
    site.tenants().change(one.name, [](Tenant& tenant) { tenant.served = true; });
  }
}

std::map<std::string, Nemesis::Count> Storm::counts() const {
  const std::lock_guard lock{mutex_};
  return counts_;
}

std::string Storm::broken() const {
  const std::lock_guard lock{mutex_};
  return broken_;
}

}  // namespace chaos::fleet
