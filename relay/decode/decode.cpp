#include "relay/decode/decode.hpp"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "relay/decode/payload_check.hpp"

namespace relay::decode {
namespace {

// Why there is no payload that could be looked at; empty: there is one.
std::string fault_of(const Row& row, std::int64_t bytes_max) {
  if (!row.type) return "event_type is NULL";
  if (row.payload_bytes > bytes_max) {
    return "the payload has " + std::to_string(row.payload_bytes) +
           " bytes; payload_max_bytes allows " + std::to_string(bytes_max);
  }
  if (!row.payload && row.payload_bytes == 0) return "serialized_event is NULL";
  return "";
}

DecodedEvent decoded_from(const Row& row, std::int64_t payload_max_bytes) {
  DecodedEvent decoded;
  projections::Event& event = decoded.event;
  decoded.lane = row.lane;
  event.id = row.id;
  event.seq = row.seq;
  event.type = row.type.value_or("");
  event.aggregate_type = row.aggregate_type;
  event.aggregate_id = row.aggregate_id;
  event.payload = row.payload.value_or("");
  event.headers = row.headers;
  if (row.published_us) {
    event.published_at = projections::DatabaseTime{std::chrono::microseconds{*row.published_us}};
  }
  decoded.listener_id = row.listener_id;

  decoded.empty = event.payload.empty() && row.payload_bytes == 0;
  decoded.fault = fault_of(row, payload_max_bytes);
  // A payload that stayed in the server is told by the cast that its listeners make of it.
  if (!decoded.fault.empty() || !row.payload) return decoded;
  if (const auto fault = payload_fault(*row.payload)) {
    decoded.fault = "the payload cannot be read: " + *fault;
    decoded.malformed = true;
  }
  return decoded;
}

}  // namespace

DecodedBatch decode(const Rows& rows, std::int64_t payload_max_bytes) {
  DecodedBatch batch{{}, rows.owner};
  batch.events.reserve(rows.rows.size());
  for (const Row& row : rows.rows) batch.events.push_back(decoded_from(row, payload_max_bytes));
  // Stores deliver them in order; nothing in SQL promises it.
  const auto place = [](const DecodedEvent& e) { return std::tuple{e.lane, e.event.seq}; };
  if (!std::ranges::is_sorted(batch.events, {}, place)) {
    std::ranges::stable_sort(batch.events, {}, place);
  }
  return batch;
}

}  // namespace relay::decode
