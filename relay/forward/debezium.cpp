#include "relay/forward/headers.hpp"

namespace relay::forward {

void add_debezium_header(Record& record, DebeziumHeader form, const projections::Event& event) {
  std::string id;
  id.reserve(event.id.size() + 2);
  if (form == DebeziumHeader::server) id += '"';
  id += event.id;
  if (form == DebeziumHeader::server) id += '"';
  record.headers.push_back({"id", std::move(id)});
}

}  // namespace relay::forward
