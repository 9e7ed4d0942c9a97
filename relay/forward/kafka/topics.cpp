#include "relay/forward/kafka/topics.hpp"

#include <algorithm>

namespace relay::forward::kafka {
namespace {

using namespace std::chrono_literals;

constexpr auto shut_least = 1'000ms;
constexpr auto shut_most = 60'000ms;
// Names come out of events; past this they are learned anew.
constexpr std::size_t topics_remembered = 10'000;

}  // namespace

bool Topics::is_open(const std::string& topic) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  return found != topics_.end() && !found->second;
}

bool Topics::is_shut(const std::string& topic) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  return found != topics_.end() && found->second;
}

void Topics::opened(const std::string& topic) {
  const std::lock_guard lock{mutex_};
  if (topics_.size() >= topics_remembered) topics_.clear();
  topics_[topic].reset();
}

void Topics::close(const std::string& topic, const std::string& why, Time now) {
  const std::lock_guard lock{mutex_};
  if (topics_.size() >= topics_remembered) topics_.clear();
  std::optional<Shut>& shut = topics_[topic];
  if (shut && now < shut->retry) return;  // another worker was told the same
  const auto pause = shut ? std::min(shut->pause * 2, shut_most) : shut_least;
  shut = Shut{why, pause, now + pause};
}

std::optional<Closed> Topics::closed(const std::string& topic, Time now) const {
  const std::lock_guard lock{mutex_};
  const auto found = topics_.find(topic);
  if (found == topics_.end() || !found->second || now >= found->second->retry) return std::nullopt;
  return Closed{found->second->why,
                std::chrono::ceil<std::chrono::milliseconds>(found->second->retry - now)};
}

std::string Topics::sentence() const {
  const std::lock_guard lock{mutex_};
  const auto shut = std::ranges::count_if(topics_, [](const auto& t) { return !!t.second; });
  if (shut == 0) return "";
  const auto first = std::ranges::find_if(topics_, [](const auto& t) { return !!t.second; });
  return first->second->why +
         (shut > 1 ? "; so do " + std::to_string(shut - 1) + " more topics" : "");
}

}  // namespace relay::forward::kafka
