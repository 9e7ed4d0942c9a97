#include "tests/support/kafka_topics.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace tests {
namespace {

using Text = std::array<char, 512>;
using Queue = Owned<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using Options = Owned<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using Answer = Owned<rd_kafka_event_t, rd_kafka_event_destroy>;
using NewTopic = Owned<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using DeleteTopic = Owned<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using Resource = Owned<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using Access = Owned<rd_kafka_AclBinding_t, rd_kafka_AclBinding_destroy>;

/// Sends a request, made by request(options, queue), and waits for the answer.
template <class Request>
Answer ask(rd_kafka_t* handle, rd_kafka_admin_op_t operation, Request request) {
  Text why{};
  const Queue queue{rd_kafka_queue_new(handle)};
  const Options options{rd_kafka_AdminOptions_new(handle, operation)};
  const int time = static_cast<int>(kafka_patience.count());
  rd_kafka_AdminOptions_set_request_timeout(options.get(), time, why.data(), why.size());
  request(options.get(), queue.get());
  Answer answer{rd_kafka_queue_poll(queue.get(), 2 * time)};
  if (!answer) throw std::runtime_error{"the broker does not answer its administrator"};
  if (rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error{rd_kafka_event_error_string(answer.get())};
  }
  return answer;
}

void expect_no_fault(const rd_kafka_topic_result_t* result) {
  const auto error = rd_kafka_topic_result_error(result);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* words = rd_kafka_topic_result_error_string(result);
  throw std::runtime_error{std::string{rd_kafka_topic_result_name(result)} + ": " +
                           (words != nullptr ? words : rd_kafka_err2str(error))};
}

Access access_to(const std::string& topic, rd_kafka_AclOperation_t operation,
                 rd_kafka_AclPermissionType_t permission) {
  return Access{rd_kafka_AclBinding_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str(),
                                        RD_KAFKA_RESOURCE_PATTERN_LITERAL, "User:*", "*", operation,
                                        permission, nullptr, 0)};
}

Access any_access_to(const std::string& topic) {
  return Access{rd_kafka_AclBindingFilter_new(
      RD_KAFKA_RESOURCE_TOPIC, topic.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL, nullptr, nullptr,
      RD_KAFKA_ACL_OPERATION_ANY, RD_KAFKA_ACL_PERMISSION_TYPE_ANY, nullptr, 0)};
}

/// The controller answers before the broker has heard of it.
void await_rules(rd_kafka_t* handle, const std::string& topic, std::size_t wanted) {
  const Access any = any_access_to(topic);
  const bool heard = eventually([&] {
    const Answer answer =
        ask(handle, RD_KAFKA_ADMIN_OP_DESCRIBEACLS, [&](auto* options, auto* queue) {
          rd_kafka_DescribeAcls(handle, any.get(), options, queue);
        });
    std::size_t rules = 0;
    rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(answer.get()), &rules);
    return rules == wanted;
  });
  if (!heard) throw std::runtime_error{"the broker does not learn who may write to " + topic};
}

/// As await_rules.
void await_config(rd_kafka_t* handle, const std::string& topic, const std::string& name,
                  const std::string& value) {
  const bool heard = eventually([&] {
    const Resource wanted{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
    const Answer answer =
        ask(handle, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, [&](auto* options, auto* queue) {
          std::array list{wanted.get()};
          rd_kafka_DescribeConfigs(handle, list.data(), list.size(), options, queue);
        });
    std::size_t count = 0;
    const auto** results = rd_kafka_DescribeConfigs_result_resources(
        rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
    const auto** entries = rd_kafka_ConfigResource_configs(results[0], &count);
    return std::any_of(entries, entries + count, [&](const auto* entry) {
      const char* said = rd_kafka_ConfigEntry_value(entry);
      return name == rd_kafka_ConfigEntry_name(entry) && said != nullptr && value == said;
    });
  });
  if (!heard) throw std::runtime_error{"the broker does not learn " + name + " of " + topic};
}

}  // namespace

void KafkaTopics::create(const std::string& topic, int partitions, const KafkaSettings& configs) {
  Text why{};
  const NewTopic wanted{
      rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size())};
  if (!wanted) throw std::runtime_error{why.data()};
  for (const auto& [name, value] : configs) {
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  rd_kafka_t* handle = handle_.get();
  const Answer answer =
      ask(handle, RD_KAFKA_ADMIN_OP_CREATETOPICS, [&](auto* options, auto* queue) {
        std::array list{wanted.get()};
        rd_kafka_CreateTopics(handle, list.data(), list.size(), options, queue);
      });
  std::size_t count = 0;
  expect_no_fault(*rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(answer.get()), &count));
  if (!eventually([&] { return partitions_of(handle, topic) == partitions; })) {
    throw std::runtime_error{"the broker does not lead the new topic " + topic};
  }
}

void KafkaTopics::remove(const std::string& topic) {
  const DeleteTopic wanted{rd_kafka_DeleteTopic_new(topic.c_str())};
  rd_kafka_t* handle = handle_.get();
  const Answer answer =
      ask(handle, RD_KAFKA_ADMIN_OP_DELETETOPICS, [&](auto* options, auto* queue) {
        std::array list{wanted.get()};
        rd_kafka_DeleteTopics(handle, list.data(), list.size(), options, queue);
      });
  std::size_t count = 0;
  expect_no_fault(*rd_kafka_DeleteTopics_result_topics(
      rd_kafka_event_DeleteTopics_result(answer.get()), &count));
  if (!eventually([&] { return partitions_of(handle, topic) == 0; })) {
    throw std::runtime_error{"the broker keeps the removed topic " + topic};
  }
}

void KafkaTopics::configure(const std::string& topic, const KafkaSettings& configs) {
  const Resource wanted{rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str())};
  for (const auto& [name, value] : configs) {
    rd_kafka_ConfigResource_set_config(wanted.get(), name.c_str(), value.c_str());
  }
  rd_kafka_t* handle = handle_.get();
  const Answer answer =
      ask(handle, RD_KAFKA_ADMIN_OP_ALTERCONFIGS, [&](auto* options, auto* queue) {
        std::array list{wanted.get()};
        rd_kafka_AlterConfigs(handle, list.data(), list.size(), options, queue);
      });
  std::size_t count = 0;
  const auto** results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(answer.get()), &count);
  if (count != 1 || rd_kafka_ConfigResource_error(results[0]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    throw std::runtime_error{"the broker does not configure " + topic};
  }
  for (const auto& [name, value] : configs) await_config(handle, topic, name, value);
}

void KafkaTopics::forbid_writing(const std::string& topic) {
  forbid(topic, RD_KAFKA_ACL_OPERATION_WRITE);
}

void KafkaTopics::forbid_describing_configs(const std::string& topic) {
  forbid(topic, RD_KAFKA_ACL_OPERATION_DESCRIBE_CONFIGS);
}

void KafkaTopics::forbid(const std::string& topic, rd_kafka_AclOperation_t operation) {
  // a topic with rules is closed to whom they do not mention
  const Access rest =
      access_to(topic, RD_KAFKA_ACL_OPERATION_ALL, RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW);
  const Access denied = access_to(topic, operation, RD_KAFKA_ACL_PERMISSION_TYPE_DENY);
  rd_kafka_t* handle = handle_.get();
  (void)ask(handle, RD_KAFKA_ADMIN_OP_CREATEACLS, [&](auto* options, auto* queue) {
    std::array list{rest.get(), denied.get()};
    rd_kafka_CreateAcls(handle, list.data(), list.size(), options, queue);
  });
  await_rules(handle, topic, 2);
}

void KafkaTopics::permit_writing(const std::string& topic) {
  const Access any = any_access_to(topic);
  rd_kafka_t* handle = handle_.get();
  (void)ask(handle, RD_KAFKA_ADMIN_OP_DELETEACLS, [&](auto* options, auto* queue) {
    std::array list{any.get()};
    rd_kafka_DeleteAcls(handle, list.data(), list.size(), options, queue);
  });
  await_rules(handle, topic, 0);
}

}  // namespace tests
