#include "relay/settings/rules.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <stdexcept>

#include "relay/base/host_name.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/flow/crash/flight_folder.hpp"
#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"

namespace relay::settings {
namespace {

using std::chrono::milliseconds;

std::string this_process() {
  const std::string host = host_name();
  return (host.empty() ? "relay" : host) + ":" + std::to_string(::getpid());
}

// handler < statement < client (120 %) < idle in transaction (150 %) <= drain: each limit is
// noticed by its own keeper before the next one's, which knows less, steps in.
void check_limits(const Relay& relay, const Place& place, Faults& faults) {
  if (idle_limit(relay) > relay.drain) {
    faults.add(place.of("statement_timeout_ms"),
               "[relay] statement_timeout_ms (" + ms(relay.statement_timeout) +
                   ") needs a drain_s of at least " + ms(idle_limit(relay)) + ", which is " +
                   ms(relay.drain) +
                   ": a stopping relay waits for a statement, its answer (120 %) and the end of "
                   "its transaction (150 %)");
  }
  if (relay.poll_min > relay.poll_max) {
    faults.add(place.of("poll_min_ms"), "[relay] poll_min_ms (" + ms(relay.poll_min) +
                                            ") must not be longer than poll_max_ms (" +
                                            ms(relay.poll_max) + ")");
  }
  if (relay.handler_timeout >= relay.statement_timeout) {
    faults.add(place.of("handler_timeout_ms"),
               "[relay] handler_timeout_ms (" + ms(relay.handler_timeout) +
                   ") must be shorter than statement_timeout_ms (" + ms(relay.statement_timeout) +
                   "), or the statement's end is taken for the handler's");
  }
  if (relay.lock_timeout >= relay.handler_timeout) {
    faults.add(place.of("lock_timeout_ms"),
               "[relay] lock_timeout_ms (" + ms(relay.lock_timeout) +
                   ") must be shorter than handler_timeout_ms (" + ms(relay.handler_timeout) +
                   "), or somebody else's lock is counted as the handler's failure");
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

void check_url(const std::string& url, const char* key, const Place& place, Faults& faults) {
  if (url.empty()) return;  // said already, or not given
  try {
    (void)pg::read_conninfo(url, "freshet", pg::Wanted::writer);
  } catch (const std::invalid_argument& error) {
    faults.add(place.of(key), std::string{"[[database]] "} + key + ": " + error.what());
  }
}

}  // namespace

std::string ms(milliseconds value) {
  return std::to_string(value.count()) + " ms";
}

milliseconds client_limit(const Relay& relay) {
  return relay.statement_timeout + relay.statement_timeout / 5;
}

milliseconds idle_limit(const Relay& relay) {
  return relay.statement_timeout + relay.statement_timeout / 2;
}

void derive_defaults(Relay& relay, const Place& place) {
  if (!place.has("statement_timeout_ms")) {
    relay.statement_timeout = std::min(relay.statement_timeout, milliseconds{relay.drain} * 2 / 5);
  }
  if (!place.has("handler_timeout_ms")) {
    relay.handler_timeout = std::min(relay.handler_timeout, relay.statement_timeout / 2);
  }
  if (!place.has("lock_timeout_ms")) {
    relay.lock_timeout = std::min(relay.lock_timeout, relay.handler_timeout * 2 / 5);
  }
  if (relay.flight_record_dir.empty()) {
    relay.flight_record_dir = flow::flight_folder(process_environment);
  }
  if (relay.instance.empty()) relay.instance = this_process();
}

void check_rules(const Settings& settings, const Places& places, Faults& faults) {
  check_limits(settings.relay, places.relay, faults);
  check_names("[[database]]", settings.databases, places.databases, faults);
  check_names("[[projection]]", settings.projections, places.projections, faults);
  check_names("[[forward]]", settings.forwards, places.forwards, faults);
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    check_url(settings.databases[i].url, "url", places.databases[i], faults);
    check_url(settings.databases[i].direct_url, "direct_url", places.databases[i], faults);
  }
  check_badges("[[projection]]", settings.projections, places.projections, faults);
  check_badges("[[forward]]", settings.forwards, places.forwards, faults);
  check_retention(settings, places, faults);
  check_forwards(settings, places, faults);
}

}  // namespace relay::settings
