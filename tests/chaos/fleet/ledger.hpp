#pragma once

#include <mutex>

#include "tests/chaos/fleet/evidence.hpp"

namespace chaos::fleet {

/// What writers were told. Threads: any.
class Ledger {
 public:
  void note(const std::vector<std::string>& ids, const std::string& database, Fate fate) {
    const std::lock_guard lock{mutex_};
    for (const std::string& id : ids) told_[id] = {database, fate};
  }
  [[nodiscard]] TheTold told() const {
    const std::lock_guard lock{mutex_};
    return told_;
  }

 private:
  mutable std::mutex mutex_;
  TheTold told_;
};

}  // namespace chaos::fleet
