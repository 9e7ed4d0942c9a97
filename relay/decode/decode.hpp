#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/event.hpp"

namespace relay::decode {

/// An event as it was read, nothing of it judged.
struct Row {
  int lane = 0;
  std::string_view id;
  std::int64_t seq = 0;
  std::optional<std::string_view> type;
  std::optional<std::string_view> aggregate_type;
  std::optional<std::string_view> aggregate_id;
  std::optional<std::string_view> payload;  ///< Nothing: NULL, too large, or it stayed behind.
  std::int64_t payload_bytes = 0;           ///< Of the stored one, which may have stayed behind.
  std::optional<std::string_view> headers;
  std::optional<std::int64_t> published_us;  ///< Since 1970; nothing: an infinite date.
  std::optional<std::string_view> listener_id;
};

/// Events of one claim as they were read.
struct Rows {
  std::vector<Row> rows;
  std::shared_ptr<const void> owner;  ///< Of what the views look into.
};

/// A claimed row as an event, or the reason why it is none.
struct DecodedEvent {
  projections::Event event;
  int lane = 0;
  std::optional<std::string_view> listener_id;  ///< Addressed to this one only.
  std::string fault;                            ///< Not empty: a bad payload, in words.
  bool empty = false;                           ///< The fault is that there is no payload.
  bool malformed = false;                       ///< The fault is the form of the payload.

  /// Whether its payload is fit to be handed over. @param takes_empty to whom none will do.
  [[nodiscard]] bool is_fit(bool takes_empty) const {
    return fault.empty() || (empty && takes_empty);
  }
  /// The same where payloads are read in the server: there the cast to jsonb judges the form.
  [[nodiscard]] bool is_fit_for_sql() const { return fault.empty() || malformed; }
};

/// Events of one claim, ordered by lane and seq.
struct DecodedBatch {
  std::vector<DecodedEvent> events;
  std::shared_ptr<const void> owner;  ///< Of what the views look into.
};

/// Turns claimed rows into events. Checks every payload's size and form before anybody parses it;
/// parsing itself waits until a handler asks. Never throws for what a row holds: a fault is part of
/// the event. @param payload_max_bytes what the claim was told: larger payloads did not travel.
/// Threads: any.
[[nodiscard]] DecodedBatch decode(const Rows& rows, std::int64_t payload_max_bytes);

}  // namespace relay::decode
