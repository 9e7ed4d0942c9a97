#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "relay/engine/conditions.hpp"
#include "relay/lanes/kept_floors.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::engine {

/// Keeps the floors in the database (`event_floor`), so that a relay that starts, or has lost its
/// connection, need not walk over everything that was completed under a snapshot that is held. They
/// spare work and hold no truth: without the table's privileges a relay goes on, and says so.
/// Threads: the scout's.
class FloorStore {
 public:
  /// @param now must outlive this, as must the conditions.
  FloorStore(Conditions& conditions, const lanes::Now& now) : conditions_(conditions), now_(now) {}

  /// Which server this is, and the floors that are kept of it.
  [[nodiscard]] store::Start load(store::ScoutSession& session, int lanes);
  /// Whether it is time to keep them again: every five seconds.
  [[nodiscard]] bool due() const { return now_() - kept_at_ >= keep_every; }
  /// Keeps those that have changed. @param server_run of whom they were learned.
  void keep(store::ScoutSession& session, const lanes::Floors& floors,
            const std::string& server_run);
  /// The next ones are kept at once, whatever they are: those that are there are wrong.
  void replace();

 private:
  static constexpr std::chrono::seconds keep_every{5};

  Conditions& conditions_;
  const lanes::Now& now_;
  lanes::Moment kept_at_{};
  lanes::Floors kept_;
};

}  // namespace relay::engine
