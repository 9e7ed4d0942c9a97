#pragma once

namespace relay::forward::kafka {

/// What an error code of librdkafka asks for.
enum class Meaning {
  acknowledged,
  refused,  ///< This record, or one of those that travelled with it: too large, invalid.
  closed,   ///< Its topic takes nothing: unknown, or we may not write.
  down,     ///< Nothing is known of it: everything again, when the broker is well.
};

/// @param code an rd_kafka_resp_err_t. Pure.
[[nodiscard]] Meaning meaning_of(int code);

}  // namespace relay::forward::kafka
