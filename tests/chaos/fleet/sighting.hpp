#pragma once

#include <mutex>

#include "tests/chaos/fleet/evidence.hpp"
#include "tests/chaos/fleet/tenants.hpp"
#include "tests/chaos/session.hpp"

namespace chaos::fleet {

/// What a database holds now. @param db a session in it, of the superuser.
Seen look_at(Session& db, const Tenant& tenant, bool final);

/// How many of its events have no effect yet.
long open_events(Session& db);

/// What was seen of databases that are no more. Threads: any.
class Sightings {
 public:
  void add(Seen seen) {
    const std::lock_guard lock{mutex_};
    all_.push_back(std::move(seen));
  }
  [[nodiscard]] std::vector<Seen> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<Seen> all_;
};

}  // namespace chaos::fleet
