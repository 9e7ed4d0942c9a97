#include "relay/settings/faults.hpp"

#include "relay/settings/settings.hpp"

namespace relay::settings {
namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

}  // namespace

SettingsError::SettingsError(std::vector<std::string> all)
    : std::runtime_error(joined(all)), faults(std::move(all)) {}

void Faults::add(unsigned line, const std::string& sentence) {
  const std::string at = line == 0 ? path_ : path_ + ":" + std::to_string(line);
  by_line_.emplace(line, at + ": " + sentence);
}

void Faults::throw_if_any() const {
  if (by_line_.empty()) return;
  std::vector<std::string> all;
  for (const auto& [line, sentence] : by_line_) all.push_back(sentence);
  throw SettingsError{std::move(all)};
}

}  // namespace relay::settings
