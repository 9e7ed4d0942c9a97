#include "bench/stage/event_text.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace bench {

std::string time_text(double since_1970) {
  const auto whole = static_cast<std::time_t>(since_1970);
  const auto micros = static_cast<long>((since_1970 - static_cast<double>(whole)) * 1e6);
  std::tm parts{};
  ::gmtime_r(&whole, &parts);
  std::array<char, 64> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text.data() + length, text.size() - length, ".%06ld+00:00", micros);
  return text.data();
}

std::string key_text(long number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "INC%07ld", number);
  return text.data();
}

std::string payload_text(const std::string& key, const std::string& due, long number,
                         const std::string& note) {
  return R"({"number": ")" + key + R"(", "state": "Active", "assignment_group": "Group )" +
         std::to_string(number % 70) + R"(", "assigned_to": "Resolver )" + std::to_string(number) +
         R"(", "priority": "3 - Moderate", "due": ")" + due + R"(", "note": ")" + note + R"("})";
}

}  // namespace bench
