#include "tests/memory_store/locks.hpp"

#include <algorithm>

namespace tests::memory {
namespace {

bool nobody_but(const Transaction& who, const std::vector<Transaction*>& all) {
  return std::ranges::all_of(all, [&](const Transaction* one) { return one == &who; });
}

}  // namespace

bool LaneLock::free_for(const Transaction& who) const {
  return shared_with(who) && nobody_but(who, sharers);
}

bool Announcement::free_for(const Transaction& who) const {
  return (holder == nullptr || holder == &who) && nobody_but(who, sharers);
}

bool Announcement::lets_in(const Transaction& who) const {
  return holder == &who || (holder == nullptr && waiting == 0);
}

Drainer* Locks::find(const std::string& drainer) {
  const auto found = std::ranges::find(drainers_, drainer, &Drainer::name);
  return found == drainers_.end() ? nullptr : &*found;
}

void Locks::add(const std::string& drainer) {
  if (find(drainer) != nullptr) return;
  drainers_.push_back({drainer, std::vector<LaneLock>(static_cast<std::size_t>(lanes_))});
}

bool Locks::held(const std::string& drainer, int lane) const {
  const auto found = std::ranges::find(drainers_, drainer, &Drainer::name);
  if (found == drainers_.end()) return false;
  const LaneLock& lock = found->lanes.at(static_cast<std::size_t>(lane));
  return lock.holder != nullptr || !lock.sharers.empty();
}

}  // namespace tests::memory
