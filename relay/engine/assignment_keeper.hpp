#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "relay/engine/engine_parts.hpp"
#include "relay/listeners/assignment.hpp"
#include "relay/store/scout_session.hpp"

namespace relay::engine {

/// Judges what this relay may claim and for whom, by what the database holds: registers its own
/// listeners at the start, sees who serves what, and lets listeners go on that were paused for a
/// cause which has gone. Threads: the scout's.
class AssignmentKeeper {
 public:
  AssignmentKeeper(const EngineOptions& options, const EngineParts& parts);

  /// @return what to do; nothing: this relay may not claim, and `faults` says why.
  std::shared_ptr<const listeners::Assignment> judge(store::ScoutSession& session,
                                                     std::vector<std::string>& faults);

 private:
  void look_after_paused(store::ScoutSession& session, const listeners::Registered& registered);
  [[nodiscard]] bool is_mended(store::ScoutSession& session, const std::string& name) const;
  void tell_changes(const listeners::Assignment& assignment,
                    const listeners::Registered& registered);

  const EngineOptions& options_;
  const EngineParts& parts_;
  std::vector<listeners::Declaration> own_;
  bool at_start_ = true;
  lanes::Moment looked_after_at_{};
  std::set<std::string> left_to_others_;  ///< Own ones that are not served; said once.
};

}  // namespace relay::engine
