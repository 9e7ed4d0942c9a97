#include "relay/settings/section.hpp"

#include <algorithm>

namespace relay::settings {

bool is_name(const std::string& text) {
  static const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  if (text.empty() || text.size() > 64) return false;
  if (text.find_first_not_of(letters) == 0) return false;
  return text.find_first_not_of(letters + "0123456789.-") == std::string::npos;
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::size_t first = std::min(text.find_first_not_of(' ', at), comma);
    std::size_t last = comma;
    while (last > first && text[last - 1] == ' ') --last;
    parts.push_back(text.substr(first, last - first));
    at = comma + 1;
  }
  return parts;
}

}  // namespace relay::settings
