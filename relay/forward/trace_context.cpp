#include "relay/forward/trace_context.hpp"

#include <algorithm>

namespace relay::forward {
namespace {

constexpr std::size_t whole = 55;  // 00-<trace id, 32>-<parent id, 16>-<flags, 2>
constexpr std::size_t entries_max = 32;
constexpr std::size_t part_max = 256;  // of a key, and of a value

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' ||
         c == '/' || c == '@';
}

bool is_value_character(char c) {
  return c >= 0x20 && c <= 0x7e && c != ',' && c != '=';
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_entry(std::string_view entry) {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = entry.substr(0, equals);
  const std::string_view value = entry.substr(equals + 1);
  if (key.empty() || key.size() > part_max || value.empty() || value.size() > part_max) {
    return false;
  }
  const bool begins = (key[0] >= 'a' && key[0] <= 'z') || (key[0] >= '0' && key[0] <= '9');
  return begins && std::ranges::all_of(key, is_key_character) &&
         std::ranges::all_of(value, is_value_character);
}

}  // namespace

bool is_traceparent(std::string_view text) {
  if (text.size() < whole || text[2] != '-' || text[35] != '-' || text[52] != '-') return false;
  const std::string_view version = text.substr(0, 2);
  if (!is_hex(version) || version == "ff") return false;
  // A later version may say more behind what version 00 says.
  if (text.size() > whole && (version == "00" || text[whole] != '-')) return false;
  return is_id(text.substr(3, 32)) && is_id(text.substr(36, 16)) && is_hex(text.substr(53, 2));
}

bool is_tracestate(std::string_view text) {
  std::size_t entries = 0;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view entry = trimmed(text.substr(0, comma));
    if (!entry.empty() && (!is_entry(entry) || ++entries > entries_max)) return false;
    if (comma == std::string_view::npos) break;
    text.remove_prefix(comma + 1);
  }
  return entries > 0;
}

}  // namespace relay::forward
