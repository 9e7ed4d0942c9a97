#pragma once

#include <string>
#include <vector>

namespace bench {

/// A topic of its own with four partitions, whose records bear the broker's time of arrival.
/// @throws std::runtime_error with what the broker says.
void create_topic(const std::string& brokers, const std::string& topic);

/// How many records a topic holds, by the ends of its partitions.
[[nodiscard]] long records_in(const std::string& brokers, const std::string& topic);

/// When each record arrived, in seconds since 1970 by the broker's clock (whole milliseconds), and
/// when its event was due by the "due" of its payload (0 without one).
struct Arrival {
  double arrived = 0;
  double due = 0;
};
[[nodiscard]] std::vector<Arrival> arrivals(const std::string& brokers, const std::string& topic);

}  // namespace bench
