#include "relay/upkeep/walk.hpp"

#include <algorithm>
#include <exception>
#include <map>

#include "projections/failure.hpp"

namespace relay::upkeep {
namespace {

constexpr std::size_t mended_at_once = 50;  // of a lane, which is held meanwhile

std::chrono::milliseconds in_proportion(Walk::Clock::duration took) {
  return std::chrono::ceil<std::chrono::milliseconds>(took * (walk_share - 1));
}

using Together = std::pair<LaneOf, std::vector<Wrong>>;

std::vector<Together> by_lane(const std::vector<Wrong>& wrong) {
  std::map<LaneOf, std::vector<Wrong>> lanes;
  std::vector<Together> all;
  for (const Wrong& one : wrong) {
    auto& here = lanes[{one.lane, one.listener}];
    here.push_back(one);
    if (here.size() < mended_at_once) continue;
    all.emplace_back(LaneOf{one.lane, one.listener}, std::exchange(here, {}));
  }
  for (auto& [where, here] : lanes) {
    if (!here.empty()) all.emplace_back(where, std::move(here));
  }
  return all;
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

void mend_each(pg::Connection& connection, const std::vector<Wrong>& wrong, const Mend& mend) {
  std::exception_ptr first;
  for (const auto& [where, together] : by_lane(wrong)) {
    try {
      mend(connection, where, together);
    } catch (...) {
      const auto kind = projections::current_failure().kind;
      if (!connection.rollback()) throw;
      if (kind != projections::FailureKind::conflict && !first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
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
