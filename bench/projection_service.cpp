// What drains by a projection in C++: the relay with the same upsert as a batch handler, from
// payloads that were decoded here, in one statement over arrays.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "projections/array_literal.hpp"
#include "projections/projections.hpp"
#include "relay/run.hpp"

namespace {

using namespace projections;

struct State {
  std::string state;
  long events = 0;
  std::int64_t last_seq = 0;
};

Outcome upsert(const Batch& events, Context& context) {
  std::map<std::string_view, State> by_key;  // sorted: all workers lock rows in one order
  for (const Event& event : events) {
    State& state = by_key[event.aggregate_id.value_or("")];
    ++state.events;
    state.last_seq = event.seq;
    state.state = event.json().at("state").get<std::string>();
  }
  std::vector<std::string> keys;
  std::vector<std::string> states;
  std::vector<std::string> counts;
  std::vector<std::string> seqs;
  for (const auto& [key, state] : by_key) {
    keys.emplace_back(key);
    states.push_back(state.state);
    counts.push_back(std::to_string(state.events));
    seqs.push_back(std::to_string(state.last_seq));
  }
  context.tx().exec(
      "INSERT INTO bench_state AS s (key, state, events, last_seq) "
      "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) "
      "ON CONFLICT (key) DO UPDATE SET state = EXCLUDED.state, "
      "events = s.events + EXCLUDED.events, last_seq = EXCLUDED.last_seq",
      array_literal(keys), array_literal(states), array_literal(counts), array_literal(seqs));
  return Outcome::applied();
}

}  // namespace

int main(int argc, char** argv) {
  return relay::run(argc, argv, [](Registry& registry) {
    registry.add({.name = "bench_state", .events = {"Incident*"}}, batch(upsert));
  });
}
