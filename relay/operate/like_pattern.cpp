#include "relay/operate/like_pattern.hpp"

namespace relay::operate {

std::string like_pattern(std::string_view pattern) {
  std::string text;
  for (const char c : pattern) {
    if (c == '%' || c == '_' || c == '\\') text += '\\';
    text += c == '*' ? '%' : c;
  }
  return text;
}

}  // namespace relay::operate
