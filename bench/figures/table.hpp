#pragma once

#include <string>

#include "bench/figures/report.hpp"

namespace bench {

/// A report as text for a terminal: the machine in a few lines, then per workload a table with one
/// line per figure, the errors, and what the comparisons say.
[[nodiscard]] std::string as_text(const Report& report);

/// The first figure of each case, a line each: what there is to say in a few words.
[[nodiscard]] std::string headlines(const Report& report);

/// What `as_text` says as Markdown, for a page.
[[nodiscard]] std::string as_markdown(const Report& report);

}  // namespace bench
