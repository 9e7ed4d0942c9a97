#pragma once

#include <string>
#include <vector>

#include "bench/figures/report.hpp"
#include "bench/stage/outbox.hpp"
#include "bench/stage/stage.hpp"

namespace bench {

/// A backlog of some shape.
struct Kind {
  std::string name;
  Backlog backlog;
};

/// Drains each kind with each subject, and compares what an event costs with the first kind.
void drain_kinds(Stage& stage, Report& report, const std::string& workload,
                 const std::vector<Kind>& kinds);

}  // namespace bench
