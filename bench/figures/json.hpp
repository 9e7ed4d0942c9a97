#pragma once

#include <string>

#include "bench/figures/report.hpp"

namespace bench {

/// A report as JSON, with minimum, median, maximum, spread and each round's value per figure.
[[nodiscard]] std::string as_json(const Report& report);

/// The report that `as_json` wrote. @throws std::runtime_error when the text is something else.
[[nodiscard]] Report report_from_json(const std::string& text);

}  // namespace bench
