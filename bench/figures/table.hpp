#pragma once

#include <string>

#include "bench/figures/report.hpp"

namespace bench {

/// A report as text for a terminal: the machine in a few lines, then per workload a table with one
/// line per figure, the errors, and what the comparisons say.
[[nodiscard]] std::string as_text(const Report& report);

/// The same as Markdown, for a page.
[[nodiscard]] std::string as_markdown(const Report& report);

}  // namespace bench
