#pragma once

#include "tests/chaos/options.hpp"

namespace chaos::fleet {

/// One run with many databases in each relay, from start to report. @return the exit code: 0 no
/// violation, 1 violations or a harness that broke.
int run(const Options& options);

}  // namespace chaos::fleet
