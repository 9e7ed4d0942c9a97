#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "relay/forward/kafka/kafka_sink.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/kafka_broker.hpp"

namespace tests {

/// For one caller of that broker.
inline relay::forward::kafka::KafkaOptions options(
    const KafkaBroker& broker, std::chrono::milliseconds timeout = std::chrono::seconds{8}) {
  return {.brokers = broker.address(), .settings = {}, .timeout = timeout, .callers = 1};
}

inline relay::forward::Record record(const std::string& topic, const std::string& key,
                                     std::string_view value) {
  return {.topic = topic, .key = key, .value = value, .headers = {}};
}

inline std::vector<relay::forward::Receipt::Kind> kinds(
    const std::vector<relay::forward::Receipt>& receipts) {
  std::vector<relay::forward::Receipt::Kind> all;
  for (const relay::forward::Receipt& receipt : receipts) all.push_back(receipt.kind);
  return all;
}

/// Sends until it goes. @return how often it did not.
inline int send_until_it_goes(relay::forward::kafka::KafkaSink& sink,
                              const std::vector<relay::forward::Record>& records) {
  for (int failures = 0; failures < 100; ++failures) {
    try {
      (void)sink.send(records);
      return failures;
    } catch (const relay::forward::SinkDown&) {
      EXPECT_TRUE(eventually([&] { return sink.available(); }, std::chrono::seconds{60}));
    }
  }
  return 100;
}

}  // namespace tests
