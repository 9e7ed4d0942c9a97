#include "tests/chaos/event_maker.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/chaos/dice.hpp"
#include "tests/chaos/writers.hpp"

namespace chaos {
namespace {

using Random = std::mt19937_64;

// A UUIDv7, of the writer's making, so that it knows the event before the server does.
std::string new_id(Random& random) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const auto ms = static_cast<unsigned long long>(now.count());
  const std::uint64_t a = random();
  const std::uint64_t b = random();
  char text[96];
  (void)std::snprintf(text, sizeof text, "%08llx-%04llx-7%03llx-%04llx-%012llx", ms >> 16,
                      ms & 0xffff, static_cast<unsigned long long>(a & 0xfff),
                      0x8000ULL | (a >> 16 & 0x3fff),
                      static_cast<unsigned long long>(b & 0xffffffffffff));
  return text;
}

// How long from now the listener fails: through a retry or two, until an operator retries the dead
// letter, or for ever.
std::string broken_until(Random& random, bool briefly) {
  const double kind = draw(random);
  if (kind > 0.9 && !briefly) return "1e15";
  const double seconds = kind > 0.75 && !briefly ? 8 + 8 * draw(random) : 0.3 + draw(random);
  const auto now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
  return std::to_string(now.count() + seconds);
}

// A forward refuses what is too large, for ever, until an operator discards it.
void plant_refusal(MadeEvent& event, const Listener& forward) {
  event.addressed = event.planted = forward.name;
  if (forward.events != "Thing*") event.type = forward.events;
  event.broken = ",\"pad\":\"" + std::string(record_bytes_max, 'x') + "\"";
}

void plant_failure(MadeEvent& event, Random& random, const Cast& cast) {
  const Listener* who = &cast[random() % cast.size()];
  if (who->in_service) {
    event.type = "ThingFragile";
    event.addressed.clear();
  } else if (!event.addressed.empty()) {
    who = &*std::ranges::find(cast, event.addressed, &Listener::name);
  }
  if (who->is_forward()) return plant_refusal(event, *who);
  event.planted = who->name;
  const char* errors[] = {"22012", "23505", "P0001", "22P02"};
  event.broken = ",\"broken\":{\"" + event.planted +
                 "\":" + broken_until(random, event.planted == "fragile") + "},\"error\":\"" +
                 errors[random() % 4] + "\"";
}

// The name of one that takes every type.
std::string some_taker(Random& random, const Cast& cast) {
  const Listener* who = nullptr;
  do {
    who = &cast[random() % cast.size()];
  } while (who->events != "Thing*");
  return who->name;
}

}  // namespace

MadeEvent make_event(Random& random, const Cast& cast, const std::string& key, Plants plants) {
  MadeEvent event{.id = new_id(random), .key = key, .type = "ThingChanged"};
  event.hash = static_cast<std::uint32_t>(random());
  if (draw(random) < 0.1 && !key.empty()) event.type = "ThingFragile";
  if (draw(random) < 0.05 && event.type != "ThingFragile") {
    event.addressed = some_taker(random, cast);
  }
  if (key.empty()) return event;
  if (plants.crash) {
    event.type = "ThingFragile";
    event.addressed.clear();
    event.planted = "fragile";
    event.crash = true;
  } else if (draw(random) < plants.failures) {
    plant_failure(event, random, cast);
  }
  if (const double slow = draw(random); slow < 0.02) {
    event.broken += slow < 0.001 && plants.slow ? ",\"slow_s\":1.2" : ",\"slow_s\":0.05";
  }
  return event;
}

void write_event(Session& session, long transaction, const MadeEvent& e) {
  std::string position = std::to_string(e.position.value_or(0));
  if (!e.key.empty() && !e.position) {
    position = session.text(
        "INSERT INTO chaos_key AS k (key, last) VALUES ($1, 1) ON CONFLICT (key) DO UPDATE "
        "SET last = k.last + 1 RETURNING last",
        {e.key});
  }
  const auto optional = [](const std::string& text) {
    return text.empty() ? Value{} : Value{text};
  };
  const std::string payload = "{\"kpos\":" + position + ",\"hash\":" + std::to_string(e.hash) +
                              ",\"secret\":\"" + Writers::secret + "\"" +
                              (e.crash ? ",\"crash\":true" : "") + e.broken + "}";
  // Columns are computed in the table's order: headers come after seq.
  const std::string headers = e.slow_insert_s > 0
                                  ? "CASE WHEN pg_sleep(" + std::to_string(e.slow_insert_s) +
                                        ") IS NOT NULL THEN '{}'::jsonb END"
                                  : "NULL";
  session.exec(
      "WITH e AS (INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, "
      "aggregate_id, listener_id, headers) VALUES ($1::uuid, $2, $3, $4, $5, $6, " +
          headers +
          ") RETURNING id, seq) "
          "INSERT INTO chaos_written (event_id, seq, tx, key, kpos, type, addressed, planted, "
          "hash) "
          "SELECT id, seq, $7::bigint, $5, $8::int, $2, $6, $9, $10::bigint FROM e",
      {e.id, e.type, payload, e.key.empty() ? Value{} : Value{"thing"}, optional(e.key),
       optional(e.addressed), std::to_string(transaction), position, optional(e.planted),
       std::to_string(e.hash)});
}

void commit(Session& session, History& history, long transaction, const std::string& command) {
  try {
    session.exec(command);
    history.decide(transaction, session.tag().starts_with("COMMIT") ? Fate::ok : Fate::fail);
  } catch (const DatabaseError& error) {
    history.decide(transaction, error.lost ? Fate::unknown : Fate::fail);
    throw;
  }
}

}  // namespace chaos
