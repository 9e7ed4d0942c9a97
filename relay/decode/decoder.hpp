#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/result>

#include "projections/event.hpp"

namespace relay::decode {

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
  /// The same for whoever reads payloads in the server: there the cast to jsonb tells the form.
  [[nodiscard]] bool is_fit_for_sql() const { return fault.empty() || malformed; }
};

/// Events of one claim, ordered by lane and seq. Owns the rows that the views look into.
struct DecodedBatch {
  pqxx::result rows;
  std::vector<DecodedEvent> events;
};

/// Turns claimed rows into events.
class Decoder {
 public:
  virtual ~Decoder() = default;
  /// Never throws for what a row holds: a fault is part of the event.
  [[nodiscard]] virtual DecodedBatch decode(const pqxx::result& rows) const = 0;
};

}  // namespace relay::decode
