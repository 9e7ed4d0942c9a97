#include "projections/type_pattern.hpp"

#include <algorithm>
#include <cstring>

namespace projections {
namespace {

// memmem is linear where string_view::find is not.
std::size_t find(std::string_view text, std::string_view piece) {
  if (piece.empty()) return 0;
  const void* found = memmem(text.data(), text.size(), piece.data(), piece.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

// What stands before the first star must begin the text, what stands behind the last must end it;
// each piece between is best found as early as possible.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  if (text.substr(0, star) != pattern.substr(0, star)) return false;
  text.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  while ((star = pattern.find('*')) != std::string_view::npos) {
    const std::size_t place = find(text, pattern.substr(0, star));
    if (place == std::string_view::npos) return false;
    text.remove_prefix(place + star);
    pattern.remove_prefix(star + 1);
  }
  return text.size() >= pattern.size() && text.substr(text.size() - pattern.size()) == pattern;
}

bool listens(const ProjectionOptions& options, std::string_view event_type,
             std::optional<std::string_view> listener_id) {
  if (listener_id) return *listener_id == options.name;
  return std::ranges::any_of(options.events,
                             [&](const auto& pattern) { return matches(pattern, event_type); });
}

}  // namespace projections
