#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

namespace projections {

/// What events of which keys wait for one listener. The rule of order, and its only form in this
/// program: what may hold an event is an earlier one of its key that is open, nothing else. An
/// event that comes late, with a lower seq than one that failed, is not held by that.
/// A value; threads: one.
class HeldKeys {
 public:
  /// An event of this key is open: those with a higher seq than its own wait.
  void hold(std::string key, std::int64_t open_seq) {
    const auto [known, first] = lowest_open_.try_emplace(std::move(key), open_seq);
    if (!first && open_seq < known->second) known->second = open_seq;
  }
  [[nodiscard]] bool holds(const std::string& key, std::int64_t seq) const {
    const auto known = lowest_open_.find(key);
    return known != lowest_open_.end() && seq > known->second;
  }
  [[nodiscard]] bool empty() const { return lowest_open_.empty(); }
  /// Those of another are held here as well.
  void merge(const HeldKeys& others) {
    for (const auto& [key, seq] : others.lowest_open_) hold(key, seq);
  }
  friend bool operator==(const HeldKeys&, const HeldKeys&) = default;

 private:
  std::unordered_map<std::string, std::int64_t> lowest_open_;
};

}  // namespace projections
