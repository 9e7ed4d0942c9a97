#pragma once

#include <string>

namespace relay::forward::kafka {

/// What librdkafka said of a connection that it could not make or keep.
struct Complaint {
  int code = 0;         ///< An rd_kafka_resp_err_t; 0: it said nothing.
  std::string text;     ///< Its words, which begin with the broker.
  int certificate = 0;  ///< Why OpenSSL refused the broker's certificate, by its number; 0: not so.
};

/// What is wrong and what to do, in one sentence that is the same each time; "" for no complaint.
/// Holds no setting's value but the broker's address. Pure.
[[nodiscard]] std::string sentence_of(const Complaint& complaint);

}  // namespace relay::forward::kafka
