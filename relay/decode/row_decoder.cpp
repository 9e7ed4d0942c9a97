#include "relay/decode/row_decoder.hpp"

#include <algorithm>
#include <tuple>

#include "relay/decode/payload_check.hpp"

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

std::optional<std::string_view> text(const pqxx::row& row, Column column) {
  const auto field = row[column];
  if (field.is_null()) return std::nullopt;
  return std::string_view{field.c_str(), field.size()};
}

std::string fault_of(const pqxx::row& row, std::int64_t payload_max_bytes) {
  if (row[type].is_null()) return "event_type is NULL";
  const auto size = row[bytes].as<std::int64_t>();
  if (size > payload_max_bytes) {
    return "the payload has " + std::to_string(size) + " bytes; payload_max_bytes allows " +
           std::to_string(payload_max_bytes);
  }
  if (row[payload].is_null() && size == 0) return "serialized_event is NULL";
  return "";
}

// A payload that stayed in the server is told by the cast that its listeners make of it.
std::string form_fault_of(const pqxx::row& row) {
  const auto body = text(row, payload);
  const auto fault = body ? payload_fault(*body) : std::nullopt;
  return fault ? "the payload cannot be read: " + *fault : "";
}

}  // namespace

DecodedBatch RowDecoder::decode(const pqxx::result& rows) const {
  DecodedBatch batch{rows, {}};
  batch.events.reserve(batch.rows.size());
  for (const auto& row : batch.rows) {
    if (row[id].is_null()) continue;  // a lane without events
    DecodedEvent decoded;
    decoded.lane = row[lane].as<int>();
    decoded.listener_id = text(row, listener);
    decoded.fault = fault_of(row, payload_max_bytes_);
    if (decoded.fault.empty()) {
      decoded.fault = form_fault_of(row);
      decoded.malformed = !decoded.fault.empty();
    }
    decoded.empty = text(row, payload).value_or("").empty() && row[bytes].as<std::int64_t>() == 0;
    projections::Event& event = decoded.event;
    event.seq = row[seq].as<std::int64_t>();
    event.id = *text(row, id);
    event.type = text(row, type).value_or("");
    event.aggregate_type = text(row, aggregate_type);
    event.aggregate_id = text(row, aggregate_id);
    event.payload = text(row, payload).value_or("");
    event.headers = text(row, headers);
    if (!row[published].is_null()) {
      event.published_at =
          projections::DatabaseTime{std::chrono::microseconds{row[published].as<std::int64_t>()}};
    }
    batch.events.push_back(std::move(decoded));
  }
  // The plan delivers them in order; nothing in SQL promises it.
  const auto place = [](const DecodedEvent& e) { return std::tuple{e.lane, e.event.seq}; };
  if (!std::ranges::is_sorted(batch.events, {}, place)) {
    std::ranges::stable_sort(batch.events, {}, place);
  }
  return batch;
}

}  // namespace relay::decode
