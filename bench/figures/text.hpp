#pragma once

#include <string>

namespace bench {

/// A number as people read it: three significant digits or all of those before the point, with
/// commas between thousands: 43,210 · 4.37 · 0.0123.
[[nodiscard]] std::string text_of(double number);

/// A share in percent: 0.123 is "12 %".
[[nodiscard]] std::string percent(double share);

/// As text_of, for counts.
[[nodiscard]] inline std::string count_text(long number) {
  return text_of(static_cast<double>(number));
}

}  // namespace bench
