#include "projections/array_literal.hpp"

#include <stdexcept>

namespace projections {

std::string array_element(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw std::invalid_argument{"text with a NUL character cannot be stored in PostgreSQL"};
  }
  std::string element = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') element += '\\';
    element += c;
  }
  element += '"';
  return element;
}

}  // namespace projections
