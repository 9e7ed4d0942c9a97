#include "relay/forward/kafka/set_size.hpp"

#include <algorithm>

#include "relay/base/log.hpp"

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto known_for = 1h;
constexpr std::size_t topics_most = 10'000;  // names come out of events
constexpr std::size_t modest = 16'384;       // what Java's producers begin with

// A broker that compresses anew, by the topic's own codec, may end up with a little more.
std::size_t below(std::size_t limit) {
  return std::max<std::size_t>(limit - limit / 32, 1);
}

}  // namespace

bool SetSize::wants(const std::string& topic, Time now) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  return found == topics_.end() || now - found->second.since >= known_for;
}

void SetSize::learn(const std::string& topic, std::optional<std::size_t> limit, Time now) {
  const std::lock_guard lock{mutex_};
  keep(topic, limit ? std::optional{below(*limit)} : std::nullopt, now);
}

void SetSize::refused(const std::string& topic, std::optional<std::size_t> limit, Time now) {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  const std::size_t before =
      found == topics_.end() ? most_ : std::min(found->second.bytes.value_or(most_), most_);
  std::size_t bytes = before > modest ? modest : 1;
  if (limit && below(*limit) < before) bytes = below(*limit);
  keep(topic, bytes, now);
  log::warn(
      "a set of records was refused as too large though none of its records is; they are sent "
      "in smaller sets from now on. Where DESCRIBE_CONFIGS is allowed on the topic, its limit "
      "is known beforehand",
      {{"topic", topic}, {"bytes", std::to_string(bytes)}});
}

std::size_t SetSize::bytes() const {
  const std::lock_guard lock{mutex_};
  return bytes_;
}

void SetSize::keep(const std::string& topic, std::optional<std::size_t> bytes, Time now) {
  if (topics_.size() >= topics_most) topics_.clear();
  topics_[topic] = {.bytes = bytes, .since = now};
  bytes_ = most_;
  for (const auto& [name, known] : topics_) bytes_ = std::min(bytes_, known.bytes.value_or(most_));
}

}  // namespace relay::forward::kafka
