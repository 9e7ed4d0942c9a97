#include "relay/forward/kafka/answers.hpp"

#include <librdkafka/rdkafka.h>

#include "relay/base/in_quotes.hpp"

namespace relay::forward::kafka {

int code_and_destroy(rd_kafka_error_s* error) {
  if (error == nullptr) return RD_KAFKA_RESP_ERR_NO_ERROR;
  const int code = rd_kafka_error_code(error);
  rd_kafka_error_destroy(error);
  return code;
}

// librdkafka takes a set without an answer for written when a later one of its partition was, but a
// broker that does not know the producer's numbering yet takes that one without it.
int code_of(const rd_kafka_message_s& report) {
  const bool guessed = report.err == RD_KAFKA_RESP_ERR_NO_ERROR && report.offset < 0;
  return guessed ? RD_KAFKA_RESP_ERR__TIMED_OUT : report.err;
}

Meaning meaning_of(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR_NO_ERROR: return Meaning::acknowledged;
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION: return Meaning::refused;
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: return Meaning::closed;
    default: return Meaning::down;
  }
}

std::string why_closed(const std::string& topic, int code) {
  const std::string name = "the topic " + in_quotes(topic);
  if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    return name + " may not be written by this user: allow it to WRITE and DESCRIBE the topic";
  }
  if (code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) return name + " is no topic that Kafka accepts";
  return name + " does not exist: create it, Freshet does not";
}

}  // namespace relay::forward::kafka
