#include "relay/base/clock_time.hpp"

#include <ctime>

namespace relay {

std::string clock_time(std::chrono::steady_clock::time_point moment) {
  const auto wall = std::chrono::system_clock::now() +
                    std::chrono::duration_cast<std::chrono::system_clock::duration>(
                        moment - std::chrono::steady_clock::now());
  const std::time_t seconds = std::chrono::system_clock::to_time_t(wall);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &parts)};
}

}  // namespace relay
