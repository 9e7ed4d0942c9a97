#include "relay/forward/kafka/begun.hpp"

#include <librdkafka/rdkafka.h>

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto partitions_known_for = 1h;
constexpr std::size_t most = 10'000;  // names come out of events; past this they are learned anew

// As librdkafka will, by the partitioner that Freshet sets.
std::size_t partition_of(const std::string& key, std::size_t partitions) {
  return static_cast<std::size_t>(rd_kafka_msg_partitioner_murmur2(
      nullptr, key.data(), key.size(), static_cast<int>(partitions), nullptr, nullptr));
}

}  // namespace

void Begun::learn(const std::string& topic, int partitions, Time now) {
  const std::lock_guard lock{mutex_};
  if (topics_.size() >= most) topics_.clear();
  const auto count = static_cast<std::size_t>(partitions);
  topics_[topic] = {.learned = now, .begun = std::vector<bool>(count), .left = count};
}

bool Begun::knows(const std::string& topic, Time now) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  return found != topics_.end() && now - found->second.learned < partitions_known_for;
}

bool Begun::everywhere(const std::string& topic) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  return found == topics_.end() || found->second.left == 0;
}

std::optional<int> Begun::not_yet(const std::string& topic, const std::string& key) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  if (found == topics_.end() || found->second.left == 0) return std::nullopt;
  const std::size_t partition = partition_of(key, found->second.begun.size());
  if (found->second.begun[partition]) return std::nullopt;
  return static_cast<int>(partition);
}

void Begun::note(const std::string& topic, const std::string& key) {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  if (found == topics_.end() || found->second.left == 0) return;
  const std::size_t partition = partition_of(key, found->second.begun.size());
  if (found->second.begun[partition]) return;
  found->second.begun[partition] = true;
  --found->second.left;
}

}  // namespace relay::forward::kafka
