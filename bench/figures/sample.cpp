#include "bench/figures/sample.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "bench/figures/text.hpp"

namespace bench {

Summary summary_of(std::vector<double> values) {
  if (values.empty()) throw std::invalid_argument{"a summary of nothing"};
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  Summary summary;
  summary.min = values.front();
  summary.max = values.back();
  summary.median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  if (summary.median != 0) summary.spread = (summary.max - summary.min) / summary.median;
  summary.rounds = values.size();
  return summary;
}

double percentile(std::vector<double> values, double q) {
  if (values.empty()) throw std::invalid_argument{"a percentile of nothing"};
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(values.size())));
  return values[std::clamp<std::size_t>(rank, 1, values.size()) - 1];
}

std::string verdict(const Summary& one, const Summary& other) {
  if (other.median == 0) return "nothing to compare with";
  const std::string times = text_of(one.median / other.median) + " times";
  if (one.rounds < 2 || other.rounds < 2) return times + ", from one round: the noise is not known";
  const double apart = std::abs(one.median - other.median);
  const double widest = std::max(one.max - one.min, other.max - other.min);
  if (apart < widest) return times + ": within the noise";
  return times + ", beyond the noise";
}

}  // namespace bench
