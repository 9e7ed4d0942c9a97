#include "relay/upkeep/walk.hpp"

#include <algorithm>

namespace relay::upkeep {
namespace {

constexpr int share = 100;

std::chrono::milliseconds in_proportion(Walk::Clock::duration took) {
  return std::chrono::ceil<std::chrono::milliseconds>(took * (share - 1));
}

}  // namespace

Next Walk::after(Clock::duration took, bool more) {
  round_ += took;
  if (more) return {in_proportion(took), true};
  const auto pause = std::max<std::chrono::milliseconds>(walk_every, in_proportion(round_));
  round_ = {};
  return {pause, false};
}

Found read_found(const pqxx::result& rows) {
  Found found;
  for (const auto& row : rows) {
    Wrong one{row[0].c_str(), row[1].c_str(), row[2].as<int>(), row[3].c_str()};
    if (row[4].as<bool>()) {
      found.wrong.push_back(std::move(one));
    } else {
      found.last = std::move(one);
    }
  }
  return found;
}

std::map<LaneOf, std::vector<Wrong>> by_lane(const std::vector<Wrong>& wrong) {
  std::map<LaneOf, std::vector<Wrong>> lanes;
  for (const Wrong& one : wrong) lanes[{one.lane, one.listener}].push_back(one);
  return lanes;
}

std::vector<std::string> ids_of(const std::vector<Wrong>& wrong) {
  std::vector<std::string> ids;
  for (const Wrong& one : wrong) ids.push_back(one.event_id);
  return ids;
}

std::vector<std::string> keys_of(const std::vector<Wrong>& wrong) {
  std::vector<std::string> keys;
  for (const Wrong& one : wrong) keys.push_back(one.key);
  return keys;
}

}  // namespace relay::upkeep
