#include "relay/lanes/tick_keeper.hpp"

#include <algorithm>
#include <utility>

namespace relay::lanes {

void TickKeeper::start(Stored stored) {
  stored_ = std::move(stored);
  seq_before_.reset();
  by_name_.clear();
  by_id_.clear();
  last_ = {};
}

std::int64_t TickKeeper::bound_of(const OpenWriter& writer) const {
  if (const auto known = by_name_.find(writer.name); known != by_name_.end()) return known->second;
  if (writer.id) {
    if (const auto known = by_id_.find(*writer.id); known != by_id_.end()) return known->second;
  }
  if (seq_before_) return *seq_before_;
  const auto late = std::ranges::find_if(
      stored_.late, [&](const LateWriter& stored) { return stored.id == writer.id; });
  return late != stored_.late.end() ? late->floor : stored_.floor;
}

Tick TickKeeper::full(std::int64_t last_seq, const std::vector<OpenWriter>& writers,
                      std::string snapshot) {
  Tick tick{.snapshot = std::move(snapshot), .floor = last_seq, .late = {}};
  std::map<std::string, std::int64_t> by_name;
  std::map<std::uint64_t, std::int64_t> by_id;
  for (const OpenWriter& writer : writers) {
    const std::int64_t bound = bound_of(writer);
    by_name.emplace(writer.name, bound);
    if (writer.id) by_id.emplace(*writer.id, bound);
    if (writer.id && last_seq - bound > late_after_) {
      tick.late.push_back({*writer.id, bound});
    } else {
      tick.floor = std::min(tick.floor, bound);
    }
  }
  by_name_ = std::move(by_name);
  by_id_ = std::move(by_id);
  seq_before_ = last_seq;
  last_ = tick;
  return tick;
}

Tick TickKeeper::quick(std::string snapshot) const {
  Tick tick = last_;
  tick.snapshot = std::move(snapshot);
  return tick;
}

}  // namespace relay::lanes
