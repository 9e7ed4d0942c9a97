#include "relay/decode/row_decoder.hpp"

#include <algorithm>
#include <tuple>

#include "relay/decode/payload_check.hpp"
#include "relay/pg/fields.hpp"

namespace relay::decode {
namespace {

// The columns of freshet_claim (V010), in its order.
enum Column {
  lane,
  id,
  seq,
  type,
  aggregate_type,
  aggregate_id,
  payload,
  bytes,
  headers,
  published,
  listener
};

std::optional<std::string_view> text(pg::Fields& row, Column column) {
  const pqxx::field& field = row[column];
  if (field.is_null()) return std::nullopt;
  return std::string_view{field.c_str(), field.size()};
}

// Why there is no payload that could be looked at; empty: there is one.
std::string fault_of(bool has_type, bool has_payload, std::int64_t size, std::int64_t size_max) {
  if (!has_type) return "event_type is NULL";
  if (size > size_max) {
    return "the payload has " + std::to_string(size) + " bytes; payload_max_bytes allows " +
           std::to_string(size_max);
  }
  if (!has_payload && size == 0) return "serialized_event is NULL";
  return "";
}

DecodedEvent decoded_from(pg::Fields& row, std::int64_t payload_max_bytes) {
  DecodedEvent decoded;
  projections::Event& event = decoded.event;
  decoded.lane = row[lane].as<int>();
  event.id = *text(row, id);
  event.seq = row[seq].as<std::int64_t>();
  const auto event_type = text(row, type);
  event.type = event_type.value_or("");
  event.aggregate_type = text(row, aggregate_type);
  event.aggregate_id = text(row, aggregate_id);
  const auto body = text(row, payload);
  event.payload = body.value_or("");
  const auto size = row[bytes].as<std::int64_t>();
  event.headers = text(row, headers);
  if (!row[published].is_null()) {
    event.published_at =
        projections::DatabaseTime{std::chrono::microseconds{row[published].as<std::int64_t>()}};
  }
  decoded.listener_id = text(row, listener);

  decoded.empty = event.payload.empty() && size == 0;
  decoded.fault = fault_of(event_type.has_value(), body.has_value(), size, payload_max_bytes);
  // A payload that stayed in the server is told by the cast that its listeners make of it.
  if (!decoded.fault.empty() || !body) return decoded;
  if (const auto fault = payload_fault(*body)) {
    decoded.fault = "the payload cannot be read: " + *fault;
    decoded.malformed = true;
  }
  return decoded;
}

}  // namespace

DecodedBatch RowDecoder::decode(const pqxx::result& rows) const {
  DecodedBatch batch{rows, {}};
  batch.events.reserve(batch.rows.size());
  for (const auto& row : batch.rows) {
    pg::Fields fields{row};
    if (fields[id].is_null()) continue;  // a lane without events
    batch.events.push_back(decoded_from(fields, payload_max_bytes_));
  }
  // The plan delivers them in order; nothing in SQL promises it.
  const auto place = [](const DecodedEvent& e) { return std::tuple{e.lane, e.event.seq}; };
  if (!std::ranges::is_sorted(batch.events, {}, place)) {
    std::ranges::stable_sort(batch.events, {}, place);
  }
  return batch;
}

}  // namespace relay::decode
