#include "relay/settings/environment.hpp"

#include <cctype>
#include <cstdlib>

namespace relay::settings {
namespace {

bool is_variable_name(const std::string& name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) != 0) return false;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_') return false;
  }
  return true;
}

}  // namespace

Filled fill_in(const std::string& text, const Environment& environment) {
  Filled filled;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.compare(at, 3, "$${") == 0) {
      filled.text += "${";
      at += 3;
      continue;
    }
    if (text.compare(at, 2, "${") != 0) {
      filled.text += text[at++];
      continue;
    }
    const std::size_t end = text.find('}', at);
    const std::string name = end == std::string::npos ? "" : text.substr(at + 2, end - at - 2);
    if (!is_variable_name(name)) {
      // The text may hold a password, so it is not shown.
      filled.faults.emplace_back(
          "has a \"${\" that is not followed by the name of an environment variable and \"}\"; "
          "write $${ for a plain ${");
      return filled;
    }
    const std::optional<std::string> value = environment(name);
    if (!value) {
      filled.faults.push_back("needs the environment variable " + name + ", which is not set");
    }
    filled.text += value.value_or("");
    at = end + 1;
  }
  return filled;
}

std::string in_capitals(const std::string& name) {
  std::string capitals;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    capitals += std::isalnum(letter) != 0 ? static_cast<char>(std::toupper(letter)) : '_';
  }
  return capitals;
}

std::string variables_of(const std::string& database) {
  return "FRESHET_DATABASE_" + in_capitals(database) + "_";
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string{value};
}

}  // namespace relay::settings
