#pragma once

#include "projections/event.hpp"
#include "relay/forward/format.hpp"
#include "relay/forward/record.hpp"

namespace relay::forward {

// One function for each format; a record has its key and its value by then.
// @throws std::invalid_argument as `record_of`.

void add_plain_headers(Record& record, const projections::Event& event);
void add_cloudevents_headers(Record& record, const Recipe& recipe, const projections::Event& event);
void add_debezium_header(Record& record, DebeziumHeader form, const projections::Event& event);

}  // namespace relay::forward
