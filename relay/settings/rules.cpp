#include "relay/settings/rules.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "relay/base/host_name.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/flow/crash/flight_folder.hpp"
#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"
#include "relay/settings/environment.hpp"

namespace relay::settings {
namespace {

using std::chrono::milliseconds;

constexpr std::array nested = {"statement_timeout_ms", "handler_timeout_ms", "lock_timeout_ms"};

std::string this_process() {
  const std::string host = host_name();
  return (host.empty() ? "relay" : host) + ":" + std::to_string(::getpid());
}

// handler < statement < client (120 %) < idle in transaction (150 %) <= drain: each limit is
// noticed by its own keeper before the next one's, which knows less, steps in.
void check_limits(const std::string& label, const Work& work, std::chrono::seconds drain,
                  const Place& place, Faults& faults) {
  if (idle_limit(work) > drain) {
    faults.add(place.of("statement_timeout_ms"),
               label + "statement_timeout_ms (" + ms(work.statement_timeout) +
                   ") needs a drain_s of at least " + ms(idle_limit(work)) + ", which is " +
                   ms(drain) +
                   ": a stopping relay waits for a statement, its answer (120 %) and the end of "
                   "its transaction (150 %)");
  }
  if (work.poll_min > work.poll_max) {
    faults.add(place.of("poll_min_ms"), label + "poll_min_ms (" + ms(work.poll_min) +
                                            ") must not be longer than poll_max_ms (" +
                                            ms(work.poll_max) + ")");
  }
  if (work.handler_timeout >= work.statement_timeout) {
    faults.add(place.of("handler_timeout_ms"),
               label + "handler_timeout_ms (" + ms(work.handler_timeout) +
                   ") must be shorter than statement_timeout_ms (" + ms(work.statement_timeout) +
                   "), or the statement's end is taken for the handler's");
  }
  if (work.lock_timeout >= work.handler_timeout) {
    faults.add(place.of("lock_timeout_ms"),
               label + "lock_timeout_ms (" + ms(work.lock_timeout) +
                   ") must be shorter than handler_timeout_ms (" + ms(work.handler_timeout) +
                   "), or somebody else's lock is counted as the handler's failure");
  }
}

bool says_limits(const Place& place) {
  constexpr std::array limits = {"statement_timeout_ms", "handler_timeout_ms", "lock_timeout_ms",
                                 "poll_min_ms", "poll_max_ms"};
  return std::ranges::any_of(limits, [&](const char* key) { return place.has(key); });
}

void check_budget(const Settings& settings, const Places& places, Faults& faults) {
  int kept = 0;
  const std::string budget = "connections (" + std::to_string(settings.relay.connections) + ")";
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    const Database& database = settings.databases[i];
    check_own_sessions("[[database]] " + in_quotes(database.name) + " ", database,
                       settings.relay.connections, places.databases[i], faults);
    kept += database.connections_min;
  }
  if (kept <= 0 || kept < settings.relay.connections) return;
  faults.add(places.relay.of("connections"),
             "[relay] " + budget +
                 " must be more than what is kept for single databases "
                 "(connections_min, " +
                 std::to_string(kept) + " in all)");
}

// Two names that are one in capitals have one set of variables; neither may be meant alone.
void check_variables(const Settings& settings, const Places& places, Faults& faults) {
  std::map<std::string, std::string> owners;
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    const std::string& name = settings.databases[i].name;
    const auto [owner, fresh] = owners.emplace(in_capitals(name), name);
    const auto& keys = places.databases[i].keys;
    const bool used = std::ranges::any_of(keys, [](const auto& key) { return key.second == 0; });
    if (fresh || !used || owner->second == name) continue;
    faults.add(places.databases[i].line, "environment variables " + variables_of(owner->second) +
                                             "… are those of [[database]] " +
                                             in_quotes(owner->second) + " and " + in_quotes(name) +
                                             "; name one of them otherwise");
  }
}

template <class Section>
void check_names(const char* label, const std::vector<Section>& sections,
                 const std::vector<Place>& places, Faults& faults) {
  std::map<std::string, unsigned> first;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections[i].name.empty()) continue;  // said already
    const unsigned line = places[i].of("name");
    const auto [found, fresh] = first.emplace(sections[i].name, line);
    if (fresh) continue;
    faults.add(line, std::string{label} + " " + in_quotes(sections[i].name) +
                         " is there already, on line " + std::to_string(found->second) +
                         "; names must differ");
  }
}

template <class Section>
void check_badges(const std::string& label, const std::vector<Section>& sections,
                  const std::vector<Place>& places, Faults& faults) {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (sections[i].green_ms <= sections[i].yellow_ms) continue;
    faults.add(places[i].of("green_ms"), label + " green_ms (" +
                                             std::to_string(sections[i].green_ms) +
                                             ") must not be more than yellow_ms (" +
                                             std::to_string(sections[i].yellow_ms) + ")");
  }
}

}  // namespace

std::string ms(milliseconds value) {
  return std::to_string(value.count()) + " ms";
}

milliseconds client_limit(const Work& work) {
  return work.statement_timeout + work.statement_timeout / 5;
}

milliseconds idle_limit(const Work& work) {
  return work.statement_timeout + work.statement_timeout / 2;
}

void nest_limits(Work& work, std::chrono::seconds drain, const std::vector<const Place*>& said) {
  const auto open = [&](const char* key) {
    return std::ranges::none_of(said, [&](const Place* place) { return place->has(key); });
  };
  if (open("statement_timeout_ms")) {
    work.statement_timeout = std::min(work.statement_timeout, milliseconds{drain} * 2 / 5);
  }
  if (open("handler_timeout_ms")) {
    work.handler_timeout = std::min(work.handler_timeout, work.statement_timeout / 2);
  }
  if (open("lock_timeout_ms")) {
    work.lock_timeout = std::min(work.lock_timeout, work.handler_timeout * 2 / 5);
  }
}

void lead_to_schema(Database& database) {
  if (database.schema.empty()) return;
  const std::vector<std::string> path = {database.schema, "public"};
  for (std::string* url : {&database.url, &database.direct_url}) {
    if (!url->empty()) *url = pg::with_search_path(*url, path);
  }
}

void check_own_limits(const std::string& label, const Work& work, std::chrono::seconds drain,
                      const Place& place, Faults& faults) {
  if (says_limits(place)) check_limits(label, work, drain, place, faults);
}

void check_own_sessions(const std::string& label, const Database& database, int sessions,
                        const Place& place, Faults& faults) {
  const int most = database.connections;
  if (most > sessions) {
    faults.add(place.of("connections"), label + "connections (" + std::to_string(most) +
                                            ") must not be more than [relay] connections (" +
                                            std::to_string(sessions) + ")");
  }
  if (most > 0 && database.connections_min > most) {
    faults.add(place.of("connections_min"),
               label + "connections_min (" + std::to_string(database.connections_min) +
                   ") must not be more than its connections (" + std::to_string(most) + ")");
  }
}

void check_url(const std::string& label, const std::string& url, const char* key,
               const Place& place, Faults& faults) {
  if (url.empty()) return;  // said already, or not given
  try {
    (void)pg::read_conninfo(url, "freshet", pg::Wanted::writer);
  } catch (const std::invalid_argument& error) {
    faults.add(place.of(key), label + key + ": " + error.what());
  }
}

void derive_defaults(Settings& settings, const Places& places) {
  Relay& relay = settings.relay;
  settings.base.work = static_cast<const Work&>(relay);
  for (const char* limit : nested) {
    if (places.relay.has(limit)) settings.base.said.emplace_back(limit);
  }
  nest_limits(relay, relay.drain, {&places.relay});
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    nest_limits(settings.databases[i], relay.drain, {&places.relay, &places.databases[i]});
  }
  if (relay.flight_record_dir.empty()) {
    relay.flight_record_dir = flow::flight_folder(process_environment);
  }
  if (relay.instance.empty()) relay.instance = this_process();
}

void check_rules(const Settings& settings, const Places& places, Faults& faults) {
  check_limits("[relay] ", settings.relay, settings.relay.drain, places.relay, faults);
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    const Database& database = settings.databases[i];
    check_own_limits("[[database]] " + in_quotes(database.name) + " ", database,
                     settings.relay.drain, places.databases[i], faults);
  }
  check_budget(settings, places, faults);
  check_variables(settings, places, faults);
  check_names("[[database]]", settings.databases, places.databases, faults);
  check_names("[[projection]]", settings.projections, places.projections, faults);
  check_names("[[forward]]", settings.forwards, places.forwards, faults);
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    const Database& database = settings.databases[i];
    const Place& place = places.databases[i];
    check_url("[[database]] ", database.url, "url", place, faults);
    check_url("[[database]] ", database.direct_url, "direct_url", place, faults);
  }
  check_badges("[[projection]]", settings.projections, places.projections, faults);
  check_badges("[[forward]]", settings.forwards, places.forwards, faults);
  check_retention(settings, places, faults);
  check_catalogue(settings, places, faults);
  check_forwards(settings, places, faults);
}

}  // namespace relay::settings
