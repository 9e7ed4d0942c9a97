#pragma once

#include "bench/figures/report.hpp"
#include "bench/stage/stage.hpp"

namespace bench {

/// What every figure of a report depends on: the machine, the versions of what runs, and the
/// server's settings that are not at their default.
void describe(Stage& stage, Report& report);

}  // namespace bench
