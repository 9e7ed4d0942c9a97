#pragma once

#include <string>

#include "projections/event.hpp"
#include "projections/event_template.hpp"
#include "relay/forward/record.hpp"

namespace relay::forward {

/// What a record looks like; KAFKA.md here has each in full.
enum class Format {
  plain,        ///< The payload, and headers that tell id, type, seq and time.
  cloudevents,  ///< CloudEvents 1.0, Kafka binding, binary mode.
  debezium,     ///< What the outbox router of Debezium emits.
};

/// How Debezium writes the header `id`.
enum class DebeziumHeader {
  server,   ///< As JSON, with quotes: Debezium Server's default.
  connect,  ///< Plain: Kafka Connect's.
};

/// How one forward makes records. Immutable: any thread.
struct Recipe {
  Format format = Format::plain;
  projections::EventTemplate topic;
  projections::EventTemplate key;     ///< An event that lacks a field of it has its id as key.
  projections::EventTemplate source;  ///< cloudevents: `ce_source`.
  DebeziumHeader debezium_header = DebeziumHeader::server;
  bool tombstone = false;  ///< An empty payload or JSON's null becomes a record without a value.
};

/// The record of an event. Its value looks into the event's payload. Pure.
/// @throws std::invalid_argument with the reason: no legal topic name comes of it, a value that the
///   templates need cannot be had, the payload is empty, or a header cannot be told.
[[nodiscard]] Record record_of(const Recipe& recipe, const projections::Event& event);

}  // namespace relay::forward
