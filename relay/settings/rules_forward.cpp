#include <algorithm>
#include <string_view>
#include <utility>

#include "relay/base/in_quotes.hpp"
#include "relay/settings/rules.hpp"

namespace relay::settings {
namespace {

void check_brokers(const Kafka& kafka, const Place& place, Faults& faults) {
  if (!place.has("brokers")) return;  // said already
  std::string_view rest = kafka.brokers;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view broker = rest.substr(0, comma);
    if (broker.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return faults.add(place.of("brokers"),
                        "[kafka] brokers must be \"host:port\", several with \",\" between them, "
                        "none empty");
    }
    more = comma != std::string_view::npos;
    if (more) rest.remove_prefix(comma + 1);
  }
}

void check_timeouts(const Settings& settings, const Places& places, Faults& faults) {
  bool of_relay = false;
  if (settings.catalogue) {  // whose databases may say nothing
    of_relay = true;
    check_timeout(*settings.kafka, "[relay]", settings.relay, places.kafka, faults);
  }
  for (std::size_t i = 0; i < settings.databases.size(); ++i) {
    const Place& place = places.databases[i];
    const bool own = place.has("handler_timeout_ms") || place.has("statement_timeout_ms");
    if (!own && std::exchange(of_relay, true)) continue;  // said once for all that say nothing
    const std::string whose =
        own ? "[[database]] " + in_quotes(settings.databases[i].name) : "[relay]";
    check_timeout(*settings.kafka, whose, settings.databases[i], places.kafka, faults);
  }
}

void check_form(const Forward& forward, const Place& place, Faults& faults) {
  const std::string label = "[[forward]] " + in_quotes(forward.name) + " ";
  if (place.has("header") && forward.format != RecordFormat::debezium) {
    faults.add(place.of("header"), label + "has a header, which only format = \"debezium\" uses");
  }
  if (place.has("source") && forward.format != RecordFormat::cloudevents) {
    faults.add(place.of("source"),
               label + "has a source, which only format = \"cloudevents\" uses");
  }
}

void check_name(const Forward& forward, const Place& place, const Settings& settings,
                const Places& places, Faults& faults) {
  const auto& projections = settings.projections;
  const auto found = std::ranges::find(projections, forward.name, &Projection::name);
  if (found == projections.end() || forward.name.empty()) return;
  const Place& there = places.projections[static_cast<std::size_t>(found - projections.begin())];
  faults.add(place.of("name"), "[[forward]] " + in_quotes(forward.name) +
                                   " has the name of the [[projection]] on line " +
                                   std::to_string(there.of("name")) + "; names must differ");
}

}  // namespace

// handler < Kafka < statement: so the limit that ends first names what is slow.
void check_timeout(const Kafka& kafka, const std::string& whose, const Work& work,
                   const Place& place, Faults& faults) {
  if (work.handler_timeout >= work.statement_timeout) return;  // said already
  const std::string label = "[kafka] timeout_ms (" + ms(kafka.timeout) + ") must be ";
  if (kafka.timeout <= work.handler_timeout) {
    faults.add(place.of("timeout_ms"), label + "longer than " + whose + " handler_timeout_ms (" +
                                           ms(work.handler_timeout) +
                                           "), which is what a database may take");
  }
  if (kafka.timeout >= work.statement_timeout) {
    faults.add(place.of("timeout_ms"),
               label + "shorter than " + whose + " statement_timeout_ms (" +
                   ms(work.statement_timeout) +
                   "), or the transaction that waits for the brokers ends before they answer");
  }
}

void derive_defaults(Kafka& kafka, const Place& place, const Settings& settings) {
  std::vector<Work> all{settings.databases.begin(), settings.databases.end()};
  if (settings.catalogue) all.push_back(settings.relay);  // as of its databases that say nothing
  if (place.has("timeout_ms") || all.empty()) return;
  const auto statement = std::ranges::min(all, {}, &Work::statement_timeout).statement_timeout;
  const auto handler = std::ranges::max(all, {}, &Work::handler_timeout).handler_timeout;
  kafka.timeout = std::min(kafka.timeout, statement * 4 / 5);
  if (kafka.timeout <= handler) kafka.timeout = (handler + statement) / 2;
}

void check_forwards(const Settings& settings, const Places& places, Faults& faults) {
  if (settings.kafka) {
    check_brokers(*settings.kafka, places.kafka, faults);
    check_timeouts(settings, places, faults);
  }
  for (std::size_t i = 0; i < settings.forwards.size(); ++i) {
    const Forward& forward = settings.forwards[i];
    const Place& place = places.forwards[i];
    if (!settings.kafka) {
      faults.add(place.line, "[[forward]] needs a section [kafka] with brokers = \"host:port\"");
    }
    check_form(forward, place, faults);
    check_name(forward, place, settings, places, faults);
  }
}

}  // namespace relay::settings
