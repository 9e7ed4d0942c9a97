#include "tests/chaos/fleet/storm.hpp"

namespace chaos::fleet {
namespace {

void take_off(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  {
    const Troubles::Lasting unserved{site.troubles(),
                                     trouble_of(Trouble::Kind::unserved, "row-taken-off", *tenant)};
    site.catalogue_admin().exec("UPDATE tenant SET served = false WHERE name = $1", {tenant->name});
    hold(random, 0.5, 7);
    site.catalogue_admin().exec("UPDATE tenant SET served = true WHERE name = $1", {tenant->name});
  }
}

void change(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  const Troubles::Lasting changed{site.troubles(),
                                  trouble_of(Trouble::Kind::row_changed, "row-changed", *tenant)};
  site.catalogue_admin().exec("UPDATE tenant SET connections = $2::int WHERE name = $1",
                              {tenant->name, std::to_string(2 + random() % 3)});
}

// A row that is refused leaves the database as it was, and excuses nothing.
void spoil(Ground& ground, Random& random) {
  Site& site = ground.site;
  const auto tenant = site.tenants().some(random);
  if (!tenant) return;
  Session catalogue = site.catalogue_admin();
  const std::string was =
      catalogue.text("SELECT connections FROM tenant WHERE name = $1", {tenant->name});
  catalogue.exec("UPDATE tenant SET connections = 0 WHERE name = $1", {tenant->name});
  hold(random, 1, 3);
  catalogue.exec("UPDATE tenant SET connections = nullif($2, '')::int WHERE name = $1",
                 {tenant->name, was});
}

}  // namespace

std::vector<Strike> row_strikes() {
  using Track = Strike::Track;
  return {{"row-taken-off", Track::databases, 2, take_off},
          {"row-changed", Track::databases, 1, change},
          {"row-wrong", Track::databases, 1, spoil}};
}

}  // namespace chaos::fleet
