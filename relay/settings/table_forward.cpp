#include "relay/settings/row_kinds.hpp"

namespace relay::settings {
namespace {

std::vector<Row<Forward>> record_rows() {
  using F = Forward;
  return {
      {"name", Text<F>{&F::name, Shape::name},
       "The forward's identity, stored with what it is owed; another name is another forward. "
       "Unique, also among projections.",
       true},
      {"events", Texts<F>{&F::events, false, 512},
       "Event types it sends; `*` stands for any run of characters.", true},
      {"topic", Text<F>{&F::topic, Shape::any},
       "The topic, with fields of the event such as `${aggregate_type}` or `${headers.tenant}`. An "
       "event of which no legal name comes is a dead letter.",
       true},
      {"format", one_of<F, &F::format>({"plain", "cloudevents", "debezium"}),
       "What a record looks like: the payload with headers of ours, CloudEvents 1.0 in binary "
       "mode, or what the outbox router of Debezium emits."},
      {"key", Text<F>{&F::key, Shape::any},
       "The record's key: a field, or a text with fields. An event that lacks one has its own id "
       "as key.",
       false, "`aggregate_id`"},
      {"header", one_of<F, &F::header>({"server", "connect"}),
       "`debezium` only: the header `id` with JSON quotes, as Debezium Server writes it, or plain, "
       "as Kafka Connect does."},
      {"source", Text<F>{&F::source, Shape::any},
       "`cloudevents` only: `ce_source`, a URI, with fields of the event where wanted.", false,
       "`/freshet`"},
      {"tombstone", Flag<F>{&F::tombstone},
       "An empty payload, or JSON's `null`, becomes a record without a value."},
  };
}

std::vector<Row<Forward>> delivery_rows() {
  using F = Forward;
  return {
      {"on_dead", one_of<F, &F::on_dead>({"block", "skip"}),
       "What later events of a key do behind a dead letter: `block`: they wait until it is retried "
       "or discarded; `skip`: they go on without it."},
      {"retry_s", Pauses<F>{&F::retry, 86'400, 50},
       "Pauses between the tries of an event that fails, in seconds, each varied by 10 % either "
       "way; after the last one it is a dead letter. What is refused before it is sent is one at "
       "once.",
       false, "`[2, 4, 8, 16, 32]`"},
      {"workers", integer<F, &F::workers>(1, 16),
       "Threads of its own, each with a connection, per database, beside projections. Where there "
       "are none, the relay's own workers send."},
      {"green_ms", integer<F, &F::green_ms>(1, 86'400'000), "The badge is GREEN below this lag."},
      {"yellow_ms", integer<F, &F::yellow_ms>(1, 86'400'000),
       "The badge is YELLOW to this lag, and RED above."},
  };
}

}  // namespace

const std::vector<Row<Kafka>>& kafka_rows() {
  using K = Kafka;
  static const std::vector<Row<K>> rows = {
      {"brokers", Text<K>{&K::brokers, Shape::any},
       "Where to begin, `host:port,host:port`; the others are found from there.", true},
      {"timeout_ms", duration<K, &K::timeout>(60, 3'600'000),
       "How long a batch waits for its acknowledgements; then it is sent again. Longer than "
       "`handler_timeout_ms`, shorter than `statement_timeout_ms`.",
       false, "8000, or 80 % of `statement_timeout_ms` where that is shorter"},
      {"options", Options<K>{&K::options},
       "Settings of librdkafka by its own names, in `[kafka.options]`: `\"linger.ms\" = 5`. What "
       "loads code or weakens a promise is refused with the reason. Never shown."},
  };
  return rows;
}

const std::vector<Row<Forward>>& forward_rows() {
  static const std::vector<Row<Forward>> rows = [] {
    std::vector<Row<Forward>> all = record_rows();
    for (Row<Forward>& row : delivery_rows()) all.push_back(std::move(row));
    return all;
  }();
  return rows;
}

}  // namespace relay::settings
