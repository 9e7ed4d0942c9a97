#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "relay/settings/settings.hpp"
#include "relay/wiring/process/latecomers.hpp"
#include "relay/wiring/wire_engine.hpp"

namespace relay::wiring {

/// The databases that a process serves, which may come, go and change while it runs. One that
/// changes is let go and taken anew. Threads: the owner's.
class Fleet {
 public:
  /// @param shared, blueprint outlive it. @param unfit those of the blueprint's that are not served
  /// yet; the others are, at once. @param outboxes theirs.
  Fleet(const SharedParts& shared, const Blueprint& blueprint, bool drain, const Unfit& unfit,
        std::vector<preflight::NamedOutbox> outboxes, Latecomers::Lend lend,
        std::function<void()> on_reached);

  /// Serves these from now on. Whatever is not among them is finished or rolled back within
  /// `drain_s`. Returns at once.
  void want(std::vector<settings::Database> databases);
  /// Does what can be done by now; to be called several times a second.
  void look();

 private:
  void begin(const settings::Database& database);
  void end(const std::string& name);
  void serve_it(const SharedDatabase& database);

  const SharedParts& shared_;
  const Blueprint& blueprint_;
  const bool drain_;
  std::vector<settings::Database> wanted_;
  std::map<std::string, SharedDatabase> to_come_;  ///< Wait until the one of that name has left.
  std::set<std::string> served_;
  Latecomers latecomers_;
};

}  // namespace relay::wiring
