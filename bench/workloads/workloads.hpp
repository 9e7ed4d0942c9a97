#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "bench/figures/report.hpp"
#include "bench/stage/stage.hpp"

namespace bench {

/// One thing that a workload measures: what it is called, what was set, and how to run it once.
struct Case {
  std::string name;
  std::map<std::string, std::string> settings;
  std::function<Measures()> run;  ///< Throws when the work was not done.
};

/// Runs the cases in turn, A B C A B C, so that a machine that changes its mind meets all alike,
/// and adds a row for each to the report. A run that fails is an error in its row, not a figure.
/// Cases that --only leaves out are not run. @param rounds 0: as many as the stage says.
void interleave(const Stage& stage, Report& report, const std::string& workload,
                std::vector<Case> cases, int rounds = 0);

/// A name for a case of a subject: the text alone for the relay itself.
[[nodiscard]] std::string named(const Subject& subject, const std::string& text);
/// Compares a case of "against" with the relay's own, where there is one.
void compare_subjects(const Stage& stage, Report& report, const std::string& workload,
                      const std::string& text, const std::string& figure);

void canonical(Stage& stage, Report& report);
void drain(Stage& stage, Report& report);
void live(Stage& stage, Report& report);
void backlog(Stage& stage, Report& report);
void pinned(Stage& stage, Report& report);
void start(Stage& stage, Report& report);
void hot_key(Stage& stage, Report& report);
void many(Stage& stage, Report& report);
void scale(Stage& stage, Report& report);
void idle(Stage& stage, Report& report);
void writer(Stage& stage, Report& report);
void detached(Stage& stage, Report& report);
void retention(Stage& stage, Report& report);
void forward(Stage& stage, Report& report);
void outage(Stage& stage, Report& report);
void fleet(Stage& stage, Report& report);

struct Workload {
  const char* name;
  const char* what;
  void (*run)(Stage&, Report&);
  bool needs_kafka = false;
};

inline constexpr std::array workloads = {
    Workload{"canonical", "events/s of a drain, and p95 lag at 500 events/s", canonical},
    Workload{"drain", "a backlog: modes, kinds of projection, workers; beside the floor", drain},
    Workload{"live", "lag at 500 to 10,000 events/s, and how high the rate goes", live},
    Workload{"backlog", "cost per event by what is pending and what the planner knows", backlog},
    Workload{"pinned", "lag while somebody holds a snapshot, and afterwards", pinned},
    Workload{"start", "first effects of a relay that starts beside a held snapshot", start},
    Workload{"hot-key", "a huge backlog of one key beside a normal stream", hot_key},
    Workload{"many", "projections, event types, bytes, dead letters", many},
    Workload{"scale", "workers, relays, network latency", scale},
    Workload{"fleet", "one relay of 1 to 500 databases: at rest, awake, woken, one stopped", fleet},
    Workload{"idle", "memory, CPU, statements and WAL at rest; start and stop", idle},
    Workload{"writer", "what the outbox and a relay cost the application", writer},
    Workload{"detached", "a slow, detached projection beside a quick one", detached},
    Workload{"retention", "how fast old rows go, and lag meanwhile", retention},
    Workload{"forward", "to Kafka, alone and beside a projection", forward, true},
    Workload{"outage", "projections while the broker is stopped", outage, true},
};

}  // namespace bench
