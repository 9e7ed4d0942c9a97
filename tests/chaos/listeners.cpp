#include "tests/chaos/listeners.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace chaos {
namespace {

// The harness's own record of what was committed, written in the transaction of the events: it is
// there exactly when they are. `planted` names the listener whose projection may fail at the event.
constexpr const char* own_tables = R"(
CREATE TABLE chaos_key (key text PRIMARY KEY, last int NOT NULL DEFAULT 0);
CREATE TABLE chaos_written (
  event_id uuid PRIMARY KEY, tx bigint NOT NULL, key text, kpos int, seq bigint NOT NULL,
  type text NOT NULL, addressed text, planted text, hash bigint NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE INDEX ON chaos_written (key, kpos);
CREATE TABLE chaos_discard (
  event_id uuid, listener text, confirmed boolean, PRIMARY KEY (event_id, listener));
CREATE TABLE chaos_record (
  forward text NOT NULL, topic text NOT NULL, part int NOT NULL, place bigint NOT NULL,
  at_ms bigint NOT NULL, record_key text, event_id uuid NOT NULL, type text, seq bigint,
  published_at timestamptz, kpos int, hash bigint, PRIMARY KEY (topic, part, place));
CREATE INDEX ON chaos_record (event_id);
)";

// Raises what a handler of the users' own might: until the payload's time for this listener has
// come. The detail carries the payload's secret, which must not get into any log. Some events take
// their time, and races theirs.
constexpr const char* fail_function = R"(
CREATE FUNCTION chaos_fail(listener text, payload jsonb) RETURNS int LANGUAGE plpgsql AS $f$
BEGIN
  IF payload ? 'slow_s' THEN
    PERFORM pg_sleep((payload->>'slow_s')::float8);
  END IF;
  IF (payload->'broken'->>listener)::float8 > extract(epoch FROM clock_timestamp()) THEN
    RAISE EXCEPTION 'chaos: told to fail'
      USING ERRCODE = payload->>'error', DETAIL = payload->>'secret';
  END IF;
  RETURN 0;
END $f$;
)";

void add_listener_tables(std::ostream& out, const Listener& l, bool small_disk) {
  const std::string place = l.on_small_disk && small_disk ? " TABLESPACE small" : "";
  out << "CREATE TABLE effects_" << l.name
      << " (pos bigserial, event_id uuid NOT NULL, key text, kpos int, seq bigint NOT NULL,"
         " pid int NOT NULL DEFAULT pg_backend_pid(),"
         " at timestamptz NOT NULL DEFAULT clock_timestamp())"
      << place << ";\nCREATE INDEX ON effects_" << l.name
      << " (event_id);\nCREATE INDEX ON effects_" << l.name << " (key, kpos);\nCREATE TABLE state_"
      << l.name << " (key text PRIMARY KEY, kpos int NOT NULL, sum numeric NOT NULL);\n";
}

Cast everybody() {
  return {
      {.name = "board", .events = "Thing*", .retry_s = {1, 1, 2}},
      {.name = "tally",
       .events = "Thing*",
       .retry_s = {1, 1},
       .skips = true,
       .on_small_disk = true,
       .by_completion = true},
      {.name = "far", .events = "Thing*", .retry_s = {1, 2}, .detached = true},
      {.name = "fragile",
       .events = "ThingFragile",
       .retry_s = {2, 4, 8, 16, 32},
       .in_service = true},
      {.name = "wire",
       .events = "Thing*",
       .retry_s = {1, 2},
       .topic = "wire.${event_type}",
       .topics = {"wire.ThingChanged", "wire.ThingFragile"}},
      {.name = "post",
       .events = "ThingFragile",
       .retry_s = {1, 2},
       .skips = true,
       .topic = "post",
       .topics = {"post"}},
  };
}

// A batch becomes many requests, of which several are under way, and does not fit into the queue:
// it is still being handed over while its first records wait.
constexpr const char* cramped_producer =
    "\"batch.num.messages\" = \"2\"\n\"queue.buffering.max.messages\" = \"20\"\n";

std::string effects_sql(const std::string& name) {
  return "INSERT INTO effects_" + name +
         " (event_id, key, kpos, seq)\n"
         "SELECT id, aggregate_id, (payload->>'kpos')::int, seq + chaos_fail('" +
         name + "', payload)\n  FROM events ORDER BY seq";
}

// The last event wins, whatever was there: an event out of order is seen to go back.
std::string state_sql(const std::string& name) {
  return "INSERT INTO state_" + name +
         " AS s (key, kpos, sum)\n"
         "SELECT aggregate_id, (array_agg((payload->>'kpos')::int ORDER BY seq DESC))[1],\n"
         "       sum((payload->>'hash')::bigint)\n"
         "  FROM events WHERE aggregate_id IS NOT NULL\n"
         " GROUP BY aggregate_id ORDER BY aggregate_id\n"
         "    ON CONFLICT (key) DO UPDATE SET kpos = excluded.kpos, sum = s.sum + excluded.sum";
}

}  // namespace

std::string Listener::wants() const {
  std::string pattern = events;
  if (pattern.back() == '*') pattern.back() = '%';
  return "(w.type LIKE '" + pattern + "' AND (w.addressed IS NULL OR w.addressed = '" + name +
         "'))";
}

Cast cast_of(Company company) {
  Cast all = everybody();
  if (company == Company::both) return all;
  return company == Company::forwards ? forwards_of(all) : projections_of(all);
}

Cast projections_of(const Cast& cast) {
  Cast some;
  std::ranges::remove_copy_if(cast, std::back_inserter(some), &Listener::is_forward);
  return some;
}

Cast forwards_of(const Cast& cast) {
  Cast some;
  std::ranges::copy_if(cast, std::back_inserter(some), &Listener::is_forward);
  return some;
}

std::string listeners_toml(const Cast& cast, const std::string& brokers, bool cramped) {
  std::ostringstream out;
  for (const Listener& l : cast) {
    if (l.in_service) continue;
    out << "\n[[" << (l.is_forward() ? "forward" : "projection") << "]]\nname = \"" << l.name
        << "\"\nevents = [\"" << l.events << "\"]\n";
    out << "retry_s = [";
    for (std::size_t i = 0; i < l.retry_s.size(); ++i) out << (i ? ", " : "") << l.retry_s[i];
    out << "]\n";
    if (l.skips) out << "on_dead = \"skip\"\n";
    if (l.detached) out << "detached = true\n";
    if (l.by_completion) out << "guard = \"completion\"\n";
    if (l.is_forward()) {
      out << "topic = \"" << l.topic << "\"\n";
    } else {
      out << "sql = ['''\n"
          << effects_sql(l.name) << "\n''', '''\n"
          << state_sql(l.name) << "\n''']\n";
    }
  }
  if (forwards_of(cast).empty()) return out.str();
  out << "\n[kafka]\nbrokers = \"" << brokers << "\"\ntimeout_ms = " << kafka_timeout_ms
      << "\n[kafka.options]\n\"message.max.bytes\" = \"" << record_bytes_max << "\"\n";
  if (cramped) out << cramped_producer;
  return out.str();
}

std::string create_tables(const std::string& owner, const std::string& writer, bool small_disk) {
  std::ostringstream out;
  out << "SET ROLE " << owner << ";\n" << own_tables << fail_function;
  for (const Listener& l : projections_of(everybody())) add_listener_tables(out, l, small_disk);
  out << "GRANT SELECT, INSERT, UPDATE ON chaos_key, chaos_written, event_publication TO " << writer
      << ";\nGRANT USAGE ON SEQUENCE event_publication_seq_seq TO " << writer << ";\nRESET ROLE;\n";
  return out.str();
}

}  // namespace chaos
