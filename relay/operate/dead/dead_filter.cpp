#include "relay/operate/dead/dead_filter.hpp"

#include <cctype>

#include "projections/array_literal.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/like_pattern.hpp"
#include "relay/operate/usage_error.hpp"

namespace relay::operate {
namespace {

constexpr std::size_t ids_in_words = 20;

bool is_uuid(const std::string& text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const auto byte = static_cast<unsigned char>(text[i]);
    if (dash ? byte != '-' : std::isxdigit(byte) == 0) return false;
  }
  return true;
}

}  // namespace

bool DeadFilter::empty() const {
  return events.empty() && projection.empty() && key.empty() && !key_type && type.empty() &&
         error_class.empty();
}

void check(const DeadFilter& filter) {
  for (const std::string& event : filter.events) {
    if (is_uuid(event)) continue;
    throw UsageError{in_quotes(event) +
                     " is no event id; ids look like 0190a6f2-5e1c-7b3a-9c58-3f1d2c4b5a69, and "
                     "\"freshet dead list\" shows them"};
  }
  if (filter.key_type && filter.key.empty()) {
    throw UsageError{"--key-type needs --key: it says which aggregate type the key's id is of"};
  }
}

std::vector<std::string> values_of(const DeadFilter& filter) {
  const std::string exact = filter.key_type ? *filter.key_type + '\x1f' + filter.key : "";
  return {projections::array_literal(filter.events), filter.projection,  exact,
          filter.key_type ? "" : filter.key,         filter.error_class, like_pattern(filter.type)};
}

std::string in_words(const DeadFilter& filter) {
  std::string text;
  const auto add = [&](const std::string& word) { text += (text.empty() ? "" : " ") + word; };
  for (std::size_t i = 0; i < filter.events.size() && i < ids_in_words; ++i) add(filter.events[i]);
  if (filter.events.size() > ids_in_words) {
    add("and " + std::to_string(filter.events.size() - ids_in_words) + " more");
  }
  if (!filter.projection.empty()) add("--projection " + filter.projection);
  if (!filter.key.empty()) add("--key " + filter.key);
  if (filter.key_type) add("--key-type " + in_quotes(*filter.key_type));
  if (!filter.type.empty()) add("--type " + filter.type);
  if (!filter.error_class.empty()) add("--error-class " + filter.error_class);
  return text;
}

}  // namespace relay::operate
