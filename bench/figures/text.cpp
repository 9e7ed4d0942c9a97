#include "bench/figures/text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace bench {
namespace {

std::string fixed(double number, int decimals) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, number);
  return buffer.data();
}

}  // namespace

std::string text_of(double number) {
  if (number == 0) return "0";
  const int magnitude = static_cast<int>(std::floor(std::log10(std::abs(number))));
  std::string text = fixed(number, std::clamp(2 - magnitude, 0, 9));
  const auto point = text.find('.');
  if (point != std::string::npos) {  // 2.00 is 2
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
  }
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  for (std::size_t at = std::min(text.find('.'), text.size()); at > sign + 3;) {
    at -= 3;
    text.insert(at, ",");
  }
  return text;
}

std::string percent(double share) {
  return fixed(share * 100, share < 0.0995 && share > 0 ? 1 : 0) + " %";
}

}  // namespace bench
