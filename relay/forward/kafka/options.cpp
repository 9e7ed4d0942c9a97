#include "relay/forward/kafka/options.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "projections/type_pattern.hpp"
#include "relay/base/in_quotes.hpp"

namespace relay::forward::kafka {
namespace {

struct Refusal {
  std::string_view pattern;  ///< "*" stands for any run of characters.
  std::string_view why;
};

constexpr std::string_view loads_code =
    "would load code into the relay; give keys and certificates as PEM files or PKCS#12 instead";
constexpr std::string_view runs_command =
    "belongs to Kerberos, whose tickets librdkafka gets by running a shell command; use the "
    "mechanism PLAIN or SCRAM over TLS";
constexpr std::string_view needs_tokens =
    "belongs to OAUTHBEARER, whose tokens would be fetched from an address of the settings; use "
    "the mechanism PLAIN or SCRAM over TLS";
constexpr std::string_view not_a_value =
    "is part of a program, not a value that a file can give; leave it out";
constexpr std::string_view acknowledged =
    "decides when a record counts as delivered; leave it out, Freshet sets \"all\"";
constexpr std::string_view idempotent =
    "belongs to idempotence, without which records of a key repeat and overtake each other; leave "
    "it out, Freshet turns that on";
constexpr std::string_view deadline =
    "would drop a record, which a later one of its key then overtakes; set timeout_ms in [kafka], "
    "the deadline of a batch";
constexpr std::string_view ordered =
    "decides in what order records of a key are sent; leave it out, Freshet sends them by seq";
constexpr std::string_view partitioned =
    "decides in which partition a key lives; leave it out, Freshet sets murmur2_random, which "
    "Kafka's own clients use";
constexpr std::string_view transactional =
    "would hide records until a transaction ends, and Freshet makes none; leave it out, consumers "
    "drop a repeat by the event's id";
constexpr std::string_view reported =
    "would keep from Freshet which records have arrived; leave it out";
constexpr std::string_view created =
    "would make a topic of every mistaken name; create topics before, an unknown one pauses and "
    "is shown";
constexpr std::string_view old_protocol =
    "would speak a protocol without headers and idempotence; leave it out, brokers since 0.11 tell "
    "what they speak";
constexpr std::string_view own_setting = "has a setting of its own; write brokers in [kafka]";
constexpr std::string_view pretended =
    "would have a pretended broker acknowledge what is then lost; leave it out";
constexpr std::string_view signalled =
    "would take a signal away from the relay, which has its own use for them; leave it out";

constexpr std::array refusals = {
    Refusal{"plugin.library.paths", loads_code},
    Refusal{"ssl.engine.*", loads_code},
    Refusal{"ssl.providers", loads_code},
    Refusal{"sasl.kerberos.*", runs_command},
    Refusal{"sasl.oauthbearer.*", needs_tokens},
    Refusal{"enable.sasl.oauthbearer.*", needs_tokens},
    Refusal{"https.ca.*", needs_tokens},
    Refusal{"*_cb", not_a_value},
    Refusal{"opaque", not_a_value},
    Refusal{"interceptors", not_a_value},
    Refusal{"default_topic_conf", not_a_value},
    Refusal{"ssl_engine_callback_data", not_a_value},
    Refusal{"enabled_events", not_a_value},
    Refusal{"enable_sasl_queue", not_a_value},
    Refusal{"log.queue", not_a_value},
    Refusal{"ut_*", not_a_value},
    Refusal{"ssl_key", "is part of a program; use ssl.key.location or ssl.key.pem"},
    Refusal{"ssl_certificate",
            "is part of a program; use ssl.certificate.location or ssl.certificate.pem"},
    Refusal{"ssl_ca", "is part of a program; use ssl.ca.location or ssl.ca.pem"},
    Refusal{"acks", acknowledged},
    Refusal{"request.required.acks", acknowledged},
    Refusal{"enable.idempotence", idempotent},
    Refusal{"max.in.flight", idempotent},
    Refusal{"max.in.flight.requests.per.connection", idempotent},
    Refusal{"retries", idempotent},
    Refusal{"message.send.max.retries", idempotent},
    Refusal{"enable.gapless.guarantee",
            "belongs to the order of a key behind a record that is refused; leave it out, Freshet "
            "turns that on"},
    Refusal{"message.timeout.ms", deadline},
    Refusal{"delivery.timeout.ms", deadline},
    Refusal{"queuing.strategy", ordered},
    Refusal{"msg_order_cmp", ordered},
    Refusal{"partitioner", partitioned},
    Refusal{"transactional.id", transactional},
    Refusal{"transaction.timeout.ms", transactional},
    Refusal{"delivery.report.only.error", reported},
    Refusal{"produce.offset.report", reported},
    Refusal{"allow.auto.create.topics", created},
    Refusal{"api.version.request", old_protocol},
    Refusal{"api.version.fallback.ms", old_protocol},
    Refusal{"broker.version.fallback", old_protocol},
    Refusal{"bootstrap.servers", own_setting},
    Refusal{"metadata.broker.list", own_setting},
    Refusal{"test.mock.*", pretended},
    Refusal{"internal.termination.signal", signalled},
};

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string value_of(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? "" : upper(found->second);
}

bool is_taken(const std::string& mechanism) {
  return mechanism == "PLAIN" || mechanism == "SCRAM-SHA-256" || mechanism == "SCRAM-SHA-512";
}

}  // namespace

std::string_view refusal_of(std::string_view name) {
  const auto* const found = std::ranges::find_if(refusals, [&](const Refusal& refusal) {
    return projections::matches(refusal.pattern, name);
  });
  return found == refusals.end() ? "" : found->why;
}

std::vector<std::string> faults_of(const Options& options) {
  std::vector<std::string> faults;
  for (const auto& [name, value] : options) {
    const std::string_view why = refusal_of(name);
    if (!why.empty()) faults.push_back(in_quotes(name) + " " + std::string{why});
  }
  for (const char* name : {"sasl.mechanism", "sasl.mechanisms"}) {
    if (options.contains(name) && !is_taken(value_of(options, name))) {
      faults.push_back(in_quotes(name) + " must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512");
    }
  }
  const bool named = options.contains("sasl.mechanism") || options.contains("sasl.mechanisms");
  if (!named && value_of(options, "security.protocol").starts_with("SASL_")) {
    faults.emplace_back(
        "\"security.protocol\" asks for SASL; say which by \"sasl.mechanism\": PLAIN, "
        "SCRAM-SHA-256 or SCRAM-SHA-512");
  }
  return faults;
}

}  // namespace relay::forward::kafka
