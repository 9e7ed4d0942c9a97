// The same as relay.cpp with one projection in C++ that kills its process when an event asks for
// it.
#include <cstdlib>
#include <string>

#include "projections/projections.hpp"
#include "relay/run.hpp"
#include "relay/store/store.hpp"
#include "tests/chaos/service/broken_store.hpp"

namespace {

using namespace projections;

void apply(const Event& event, Context& context) {
  const nlohmann::json& payload = event.json();
  if (payload.value("crash", false)) std::abort();
  const std::string key{event.aggregate_id.value()};
  context.tx().exec("SELECT chaos_fail('fragile', $1::jsonb)", payload.dump());
  context.tx().exec(
      "INSERT INTO effects_fragile (event_id, key, kpos, seq) "
      "VALUES ($1::uuid, $2, $3::int, $4::bigint)",
      std::string{event.id}, key, payload.at("kpos").get<int>(), event.seq);
  context.tx().exec(
      "INSERT INTO state_fragile AS s (key, kpos, sum) VALUES ($1, $2::int, $3::bigint) "
      "ON CONFLICT (key) DO UPDATE SET kpos = excluded.kpos, sum = s.sum + excluded.sum",
      key, payload.at("kpos").get<int>(), payload.at("hash").get<long long>());
}

}  // namespace

int main(int argc, char** argv) {
  return relay::run(
      argc, argv,
      [](Registry& registry) {
        registry.add({.name = "fragile", .events = {"ThingFragile"}},
                     per_event().on("ThingFragile", apply));
      },
      chaos::service::broken_on_purpose);
}
