#pragma once

#include <string>

struct rd_kafka_error_s;
struct rd_kafka_message_s;

namespace relay::forward::kafka {

/// The code of an error that librdkafka gives away, 0 for none.
[[nodiscard]] int code_and_destroy(rd_kafka_error_s* error);

/// What became of a record, of its delivery report. One without an offset is not acknowledged,
/// whatever else the report says. @return librdkafka's code, 0 for an acknowledgement. Pure.
[[nodiscard]] int code_of(const rd_kafka_message_s& report);

/// What an error code of librdkafka asks for.
enum class Meaning {
  acknowledged,
  refused,  ///< This record, or one of those that travelled with it: too large, invalid.
  closed,   ///< Its topic takes nothing: unknown, or we may not write.
  down,     ///< Nothing is known of it: everything again, when the broker is well.
};

/// @param code an rd_kafka_resp_err_t. Pure.
[[nodiscard]] Meaning meaning_of(int code);

/// Why a topic is closed and what to do, one sentence. @param code one that means `closed`. Pure.
[[nodiscard]] std::string why_closed(const std::string& topic, int code);

}  // namespace relay::forward::kafka
