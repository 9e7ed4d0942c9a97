#include "relay/forward/kafka/topic_limit.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <string_view>

#include <librdkafka/rdkafka.h>

namespace relay::forward::kafka {
namespace {

template <class Thing, void (*destroy)(Thing*)>
struct Deleter {
  void operator()(Thing* thing) const { destroy(thing); }
};
template <class Thing, void (*destroy)(Thing*)>
using Owned = std::unique_ptr<Thing, Deleter<Thing, destroy>>;

using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using AdminOptions = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Answer = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;

std::optional<std::size_t> limit_in(const rd_kafka_ConfigResource_t* resource) {
  if (rd_kafka_ConfigResource_error(resource) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* text = rd_kafka_ConfigEntry_value(entries[i]);
    if (text == nullptr ||
        std::string_view{rd_kafka_ConfigEntry_name(entries[i])} != "max.message.bytes") {
      continue;
    }
    const std::string_view value{text};
    std::size_t limit = 0;
    std::from_chars(value.data(), value.data() + value.size(), limit);
    return limit > 0 ? std::optional{limit} : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> topic_limit(rd_kafka_s* handle, const std::string& topic,
                                       std::chrono::milliseconds time) {
  const auto ms = static_cast<int>(time.count());
  if (ms <= 0) return std::nullopt;
  const Queue queue{rd_kafka_queue_new(handle)};
  const AdminOptions options{rd_kafka_AdminOptions_new(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)};
  const Resource resource{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
  if (!resource) return std::nullopt;
  std::array<char, 256> text{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ms, text.data(), text.size());
  std::array list{resource.get()};
  rd_kafka_DescribeConfigs(handle, list.data(), list.size(), options.get(), queue.get());
  const Answer answer{rd_kafka_queue_poll(queue.get(), ms)};
  if (!answer || rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return std::nullopt;
  }
  const auto* result = rd_kafka_event_DescribeConfigs_result(answer.get());
  if (result == nullptr) return std::nullopt;
  std::size_t count = 0;
  const auto** resources = rd_kafka_DescribeConfigs_result_resources(result, &count);
  return count == 0 ? std::nullopt : limit_in(resources[0]);
}

}  // namespace relay::forward::kafka
