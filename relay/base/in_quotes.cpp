#include "relay/base/in_quotes.hpp"

#include <algorithm>

namespace relay {
namespace {

// How many bytes a well-formed UTF-8 character at `at` takes; 0 where there is none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8_length(text, i);
    if (result.size() + length > 81) return result + "…\"";
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool plain = length > 0 && byte >= 0x20 && byte != 0x7f;
    result += plain ? std::string{text.substr(i, length)} : "?";
    i += std::max<std::size_t>(length, 1);
  }
  return result + "\"";
}

}  // namespace relay
