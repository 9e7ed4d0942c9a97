#include "relay/store/outbox/event_rows.hpp"

namespace relay::store::outbox {
namespace {

std::optional<std::string_view> text(pg::Fields& row, int column) {
  const pqxx::field& field = row[column];
  if (field.is_null()) return std::nullopt;
  return std::string_view{field.c_str(), field.size()};
}

}  // namespace

decode::Row event_row(pg::Fields& row) {
  decode::Row event;
  event.lane = row[EventColumn::lane].as<int>();
  event.id = *text(row, EventColumn::id);
  event.seq = row[EventColumn::seq].as<std::int64_t>();
  event.type = text(row, EventColumn::type);
  event.aggregate_type = text(row, EventColumn::aggregate_type);
  event.aggregate_id = text(row, EventColumn::aggregate_id);
  event.payload = text(row, EventColumn::payload);
  event.payload_bytes = row[EventColumn::bytes].as<std::int64_t>();
  event.headers = text(row, EventColumn::headers);
  if (!row[EventColumn::published].is_null()) {
    event.published_us = row[EventColumn::published].as<std::int64_t>();
  }
  event.listener_id = text(row, EventColumn::listener);
  return event;
}

decode::Rows rows_of(const pqxx::result& result) {
  decode::Rows rows{{}, std::make_shared<const pqxx::result>(result)};
  rows.rows.reserve(static_cast<std::size_t>(result.size()));
  return rows;
}

decode::Rows event_rows(const pqxx::result& result) {
  decode::Rows rows = rows_of(result);
  for (const auto& from : result) {
    pg::Fields row{from};
    if (!row[EventColumn::id].is_null()) rows.rows.push_back(event_row(row));
  }
  return rows;
}

}  // namespace relay::store::outbox
