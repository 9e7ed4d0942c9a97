#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/stage/fleet.hpp"
#include "bench/workloads/workloads.hpp"

namespace bench {

/// What the parts of the workload "fleet" share. One thread.
class FleetScene {
 public:
  explicit FleetScene(Stage& stage) : stage_(stage) {}

  [[nodiscard]] Stage& stage() { return stage_; }
  /// So many databases on the bench's server. The last that were made are kept, with the events
  /// that they have had.
  [[nodiscard]] Fleet& fleet(const Subject& subject, int databases);
  /// The next fleet is a new one: who listened in the last would be owed what is published.
  void drop_fleet() { kept_.reset(); }
  /// For databases of this fleet and these listeners: a budget of sessions, and sleep, as far as
  /// this build knows them.
  [[nodiscard]] RelaySettings settings(const Subject& subject, const std::string& listeners,
                                       const std::vector<std::string>& urls);

  /// Databases without an event for that long may be asleep, in seconds.
  [[nodiscard]] double sleep_after() const { return stage_.sized(3.0, 30.0, 30.0); }
  /// Waits until databases that nothing was heard of since have fallen asleep.
  void let_sleep() const;

  [[nodiscard]] std::vector<int> sizes() const;
  /// The size of parts that have only one.
  [[nodiscard]] int usual_size() const { return stage_.sized(20, 200, 200); }

 private:
  Stage& stage_;
  std::string key_;  ///< Of what is kept.
  std::unique_ptr<Fleet> kept_;
  std::map<std::string, std::string> lines_;  ///< By binary: what it knows of [relay].
};

/// "1 database", "200 databases"
[[nodiscard]] std::string databases_text(int databases);

/// Each part adds its cases, or runs them where they want rounds of their own.
void add_rest(FleetScene& scene, const Subject& subject, std::vector<Case>& cases);
void add_load(FleetScene& scene, const Subject& subject, int databases, std::vector<Case>& cases);
void run_servers(FleetScene& scene, Report& report);
void run_busy(FleetScene& scene, Report& report);

}  // namespace bench
