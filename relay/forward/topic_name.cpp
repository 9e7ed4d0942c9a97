#include "relay/forward/topic_name.hpp"

#include <algorithm>

#include "relay/base/in_quotes.hpp"

namespace relay::forward {
namespace {

constexpr std::size_t longest = 249;  // Kafka's own limit: a folder's name, with room for "-12345"

}  // namespace

bool is_topic_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

std::string topic_name_fault(std::string_view name) {
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "is not allowed by Kafka";
  if (name.size() > longest) {
    return "has " + std::to_string(name.size()) + " bytes; Kafka allows " + std::to_string(longest);
  }
  if (std::ranges::all_of(name, is_topic_character)) return "";
  return R"(holds more than the letters, digits, ".", "_" and "-" that Kafka allows)";
}

}  // namespace relay::forward
