// A service of your own with two projections in C++, complete. It is the relay, with everything
// that the stock `freshet` can do: example_service run -c helpdesk.toml
// Its tables:
//   CREATE TABLE changes_by_priority (priority text PRIMARY KEY, changes bigint NOT NULL);
//   CREATE TABLE incident_assignee (number text PRIMARY KEY, assigned_to text NOT NULL);
#include <string>

#include "projections/projections.hpp"
#include "relay/run.hpp"

namespace {

using namespace projections;

struct IncidentAssigned {
  std::string number;
  std::string assigned_to;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(IncidentAssigned, number, assigned_to)

// A batch at a time: one statement, however many events. Rows in one order, so that two workers
// never wait for each other crosswise.
Outcome count_by_priority(const Batch& events, Context& context) {
  nlohmann::json rows = nlohmann::json::array();
  for (const Event& event : events) {
    if (event.json().contains("priority")) {
      rows.push_back({{"priority", event.json()["priority"]}});
    } else {
      context.skip(event, "it has no priority");
    }
  }
  context.tx().exec(
      "INSERT INTO changes_by_priority AS total (priority, changes) "
      "SELECT priority, count(*) FROM jsonb_to_recordset($1::jsonb) AS row (priority text) "
      "GROUP BY priority ORDER BY priority "
      "ON CONFLICT (priority) DO UPDATE SET changes = total.changes + EXCLUDED.changes",
      rows.dump());
  return Outcome::applied();
}

// One event at a time: the simple way. The payload comes decoded.
void remember_assignee(const IncidentAssigned& incident, const Event&, Context& context) {
  context.tx().exec(
      "INSERT INTO incident_assignee (number, assigned_to) VALUES ($1, $2) "
      "ON CONFLICT (number) DO UPDATE SET assigned_to = EXCLUDED.assigned_to",
      incident.number, incident.assigned_to);
}

}  // namespace

int main(int argc, char** argv) {
  return relay::run(argc, argv, [](Registry& registry) {
    registry.add({.name = "changes_by_priority", .events = {"Incident*"}},
                 batch(count_by_priority));
    registry.add({.name = "incident_assignee", .events = {"IncidentAssigned"}},
                 per_event().on<IncidentAssigned>("IncidentAssigned", remember_assignee));
  });
}
