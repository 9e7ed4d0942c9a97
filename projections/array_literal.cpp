#include "projections/array_literal.hpp"

#include <algorithm>
#include <stdexcept>

namespace projections {

void append_array_element(std::string& literal, std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw std::invalid_argument{"text with a NUL character cannot be stored in PostgreSQL"};
  }
  literal += '"';
  for (;;) {
    const auto plain = static_cast<std::size_t>(
        std::ranges::find_if(text, [](char c) { return c == '"' || c == '\\'; }) - text.begin());
    literal += text.substr(0, plain);
    if (plain == text.size()) break;
    literal += '\\';
    literal += text[plain];
    text.remove_prefix(plain + 1);
  }
  literal += '"';
}

}  // namespace projections
