#pragma once

#include <pqxx/result>

#include "relay/decode/decode.hpp"
#include "relay/pg/fields.hpp"

namespace relay::store::outbox {

/// The columns of freshet_claim (V010) that are an event; read_deliveries.sql gives the same.
struct EventColumn {
  enum {
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
};

/// An event whose views look into the row's result.
[[nodiscard]] decode::Row event_row(pg::Fields& row);

/// No event yet, and what keeps their texts.
[[nodiscard]] decode::Rows rows_of(const pqxx::result& result);

/// All of them. A row without an id is none.
[[nodiscard]] decode::Rows event_rows(const pqxx::result& result);

}  // namespace relay::store::outbox
