#pragma once

#include <string>

#include "bench/figures/report.hpp"

namespace bench {

/// A figure of a workload as SVG: one bar per case with its median, and a whisker from minimum to
/// maximum. @throws std::runtime_error when no case of the workload has the figure.
[[nodiscard]] std::string as_chart(const Report& report, const std::string& workload,
                                   const std::string& figure);

}  // namespace bench
