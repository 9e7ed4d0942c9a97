#include <map>
#include <memory>

#include "tests/chaos/fleet/storm.hpp"

namespace chaos::fleet {
namespace {

// Several at once, of which one may have the session that watches those of its server that sleep.
void take_off(Ground& ground, Random& random) {
  Site& site = ground.site;
  std::map<std::string, std::unique_ptr<Troubles::Lasting>> unserved;
  for (int tries = 0; tries < 4; ++tries) {
    const auto tenant = site.tenants().some(random);
    if (!tenant || unserved.contains(tenant->name)) continue;
    unserved[tenant->name] = std::make_unique<Troubles::Lasting>(
        site.troubles(), trouble_of(Trouble::Kind::unserved, "row-taken-off", *tenant));
    site.change_catalogue("UPDATE tenant SET served = false WHERE name = $1", {tenant->name});
  }
  hold(random, 0.5, 7);
  for (auto& [name, lasting] : unserved) {
    site.change_catalogue("UPDATE tenant SET served = true WHERE name = $1", {name});
    lasting.reset();
  }
}

void change(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  const Troubles::Lasting changed{site.troubles(),
                                  trouble_of(Trouble::Kind::row_changed, "row-changed", *tenant)};
  site.change_catalogue("UPDATE tenant SET connections = $2::int WHERE name = $1",
                        {tenant->name, std::to_string(2 + random() % 3)});
}

// A row that is refused leaves the database as it was, and excuses nothing.
void spoil(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  site.change_catalogue("UPDATE tenant SET connections = -coalesce(connections, 0) WHERE name = $1",
                        {tenant->name});
  hold(random, 1, 3);
  site.change_catalogue("UPDATE tenant SET connections = nullif(-connections, 0) WHERE name = $1",
                        {tenant->name});
}

}  // namespace

std::vector<Strike> row_strikes() {
  using Track = Strike::Track;
  return {{"row-taken-off", Track::databases, 2, take_off},
          {"row-changed", Track::databases, 1, change},
          {"row-wrong", Track::databases, 1, spoil}};
}

}  // namespace chaos::fleet
