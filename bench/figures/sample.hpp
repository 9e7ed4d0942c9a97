#pragma once

#include <string>
#include <vector>

namespace bench {

/// What a figure came to in each round. Pure.
struct Summary {
  double min = 0;
  double median = 0;  ///< Of an even number of rounds: the mean of the middle two.
  double max = 0;
  double spread = 0;  ///< (max - min) / median; 0 when the median is.
  std::size_t rounds = 0;
};

/// @throws std::invalid_argument when there is no value.
[[nodiscard]] Summary summary_of(std::vector<double> values);

/// The smallest value that at least the share `q` of all values does not exceed (nearest rank).
/// @param q above 0, at most 1. @throws std::invalid_argument when there is no value.
[[nodiscard]] double percentile(std::vector<double> values, double q);

/// What may be said of two figures: how many times the second the first is, and whether the medians
/// lie further apart than the wider of the two ranges; else the difference is within the noise.
/// A figure of one round has no known noise, and that is said.
[[nodiscard]] std::string verdict(const Summary& one, const Summary& other);

}  // namespace bench
