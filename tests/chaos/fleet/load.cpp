#include "tests/chaos/fleet/load.hpp"

#include <cstdio>

namespace chaos::fleet {
namespace {

constexpr int writers = 4;
constexpr std::size_t sessions_each = 3;

std::string random_id(std::mt19937_64& random) {
  char text[48];
  (void)std::snprintf(text, sizeof text, "%08x-%04x-4%03x-8%03x-%012llx",
                      static_cast<unsigned>(random()), static_cast<unsigned>(random() & 0xffff),
                      static_cast<unsigned>(random() & 0xfff),
                      static_cast<unsigned>(random() & 0xfff),
                      static_cast<unsigned long long>(random() & 0xffffffffffff));
  return text;
}

std::vector<Tenant> to_write(const Tenants& tenants, int server) {
  std::vector<Tenant> all = tenants.all();
  std::erase_if(all, [&](const Tenant& one) { return one.server != server || !one.written; });
  return all;
}

const Tenant& by_weight(const std::vector<Tenant>& tenants, std::mt19937_64& random) {
  double sum = 0;
  for (const Tenant& one : tenants) sum += one.weight;
  double place = draw(random) * sum;
  for (const Tenant& one : tenants) {
    place -= one.weight;
    if (place < 0) return one;
  }
  return tenants.back();
}

std::string joined(const std::vector<std::string>& ids) {
  std::string text = "{";
  for (const std::string& id : ids) text += (text.size() > 1 ? "," : "") + id;
  return text + "}";
}

// The row of the key is locked before numbers are drawn, so that they rise as commits do.
void insert_events(Session& session, const std::string& key, const std::vector<std::string>& ids) {
  const std::string number = std::to_string(ids.size());
  session.exec("BEGIN");
  const std::string last = session.text(
      "INSERT INTO fleet_key AS f VALUES ($1, $2::int) ON CONFLICT (key) DO UPDATE SET last = "
      "f.last + $2::int RETURNING last - $2::int",
      {key, number});
  session.exec(
      "WITH e AS (INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, "
      "aggregate_id) SELECT id, 'Thing', json_build_object('kpos', $3::int + n, 'secret', '" +
          std::string{FleetLoad::secret} +
          "')::text, 'thing', $2::text FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) ORDER "
          "BY n "
          "RETURNING id) INSERT INTO fleet_written (event_id, key, kpos) SELECT e.id, $2::text, "
          "$3::int "
          "+ u.n FROM e JOIN unnest($1::uuid[]) WITH ORDINALITY AS u (id, n) USING (id)",
      {joined(ids), key, last});
}

}  // namespace

FleetLoad::FleetLoad(Site& site, Ledger& ledger, std::uint64_t seed)
    : site_{site}, ledger_{ledger} {
  for (int i = 0; i < writers; ++i) {
    threads_.emplace_back([this, i, seed](const std::stop_token& stop) {
      const std::uint64_t own = seed * 100 + static_cast<std::uint64_t>(i);
      run(stop, Writer{.server = i % Site::servers, .random = std::mt19937_64{own}});
    });
  }
}

FleetLoad::~FleetLoad() {
  stop();
}

void FleetLoad::stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();
}

void FleetLoad::run(const std::stop_token& stop, Writer writer) {
  while (!stop.stop_requested()) {
    const std::vector<Tenant> tenants = to_write(site_.tenants(), writer.server);
    if (draw(writer.random) < 0.01) {
      for (const Tenant& one : tenants) {
        if (!stop.stop_requested()) visit(writer, one);
      }
    } else if (!tenants.empty()) {
      visit(writer, by_weight(tenants, writer.random));
    }
    pause(stop, 5 + 35 * draw(writer.random));
  }
}

// A session that stays tells the server's statistics late what it wrote, one that ends at once.
void FleetLoad::visit(Writer& writer, const Tenant& tenant) {
  std::unique_ptr<Session>& session = writer.sessions[tenant.dbname];
  try {
    if (!session) session = std::make_unique<Session>(site_.writer_url(tenant), "fleet-writer");
    transact(*session, tenant, writer.random);
  } catch (const DatabaseError&) {
    session.reset();  // gone, closed, renamed or frozen: the next one, please
  }
  if (session && draw(writer.random) < 0.2) session.reset();
  std::erase_if(writer.sessions, [](const auto& one) { return one.second == nullptr; });
  while (writer.sessions.size() > sessions_each) writer.sessions.erase(writer.sessions.begin());
}

void FleetLoad::transact(Session& session, const Tenant& tenant, std::mt19937_64& random) {
  const std::size_t number = draw(random) < 0.95 ? 1 + random() % 3 : 30;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < number; ++i) ids.push_back(random_id(random));
  ledger_.note(ids, tenant.name, Fate::fail);
  insert_events(session, "k" + std::to_string(random() % 12), ids);
  ledger_.note(ids, tenant.name, Fate::unknown);
  try {
    session.exec(draw(random) < 0.03 ? "ROLLBACK" : "COMMIT");
    ledger_.note(ids, tenant.name, session.tag() == "COMMIT" ? Fate::ok : Fate::fail);
  } catch (const DatabaseError& error) {
    if (!error.lost) ledger_.note(ids, tenant.name, Fate::fail);
    throw;
  }
}

}  // namespace chaos::fleet
