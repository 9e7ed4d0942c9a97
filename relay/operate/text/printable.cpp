#include "relay/operate/text/printable.hpp"

#include <algorithm>

#include "projections/failure.hpp"

namespace relay::operate {
namespace {

// one_line cuts after 1,000 bytes, and an escaped byte takes four.
constexpr std::size_t piece_bytes = 240;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// Bytes of the next piece, which ends between characters.
std::size_t piece(std::string_view text) {
  if (text.size() <= piece_bytes) return text.size();
  std::size_t size = piece_bytes;
  while (size > piece_bytes - 4 && is_continuation(text[size])) --size;
  return size;
}

/// U+202A … U+202E and U+2066 … U+2069 make a text look like another one.
std::string without_turns(const std::string& text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = std::string_view{text}.substr(i, 3);
    const bool embedding = three.starts_with("\xE2\x80") && three.size() == 3 &&
                           three[2] >= '\xAA' && three[2] <= '\xAE';
    const bool isolate = three.starts_with("\xE2\x81") && three.size() == 3 && three[2] >= '\xA6' &&
                         three[2] <= '\xA9';
    if (!embedding && !isolate) {
      kept += text[i];
      continue;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto last = static_cast<unsigned char>(three[2]);
    const unsigned point = (embedding ? 0x2000U : 0x2040U) + (last & 0x3FU);
    kept += "\\u20";
    kept += {digits[(point >> 4U) & 0xFU], digits[point & 0xFU]};
    i += 2;
  }
  return kept;
}

std::string escaped(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t size = piece(text);
    line += projections::one_line(text.substr(0, size));
    text.remove_prefix(size);
  }
  return without_turns(line);
}

}  // namespace

std::string printable(std::string_view text, bool lines) {
  if (!lines) return escaped(text);
  std::string all;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find_first_of("\n\t"), text.size());
    all += escaped(text.substr(0, at));
    if (at < text.size()) all += text[at];
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return all;
}

std::string shown_key(std::string_view key) {
  const std::size_t at = key.find('\x1f');
  if (at == std::string_view::npos) return printable(key);
  const std::string type = printable(key.substr(0, at));
  return (type.empty() ? "" : type + "/") + printable(key.substr(at + 1));
}

}  // namespace relay::operate
