#include "projections/registry.hpp"

#include <algorithm>

#include "projections/guard/guard.hpp"

namespace projections {
namespace {

constexpr std::size_t max_name = 64;
constexpr std::size_t max_type = 512;  // event_publication.event_type

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_name_part(char c) {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= max_name && is_letter(name[0]) &&
         std::ranges::all_of(name, is_name_part);
}

std::vector<std::string> faults_of(const ProjectionOptions& options, const HandlerPtr& handler) {
  std::vector<std::string> faults = guard::Guard::faults(options.guard);
  const auto fault = [&](bool bad, const char* text) {
    if (bad) faults.emplace_back(text);
  };
  fault(
      !is_name(options.name),
      "name must be a letter or \"_\", then letters, digits, \"_\", \".\" or \"-\", 64 characters "
      "at most");
  fault(options.events.empty(), "events must name at least one event type; \"*\" is all of them");
  for (const auto& pattern : options.events) {
    fault(pattern.empty(), "events has an empty pattern; \"*\" is every type");
    fault(pattern.size() > max_type, "events has a pattern of more than 512 characters");
  }
  for (const auto pause : options.retry) {
    fault(pause.count() < 1 || pause.count() > 86'400,
          "retry has a pause that is not 1 to 86,400 s");
  }
  fault(handler == nullptr, "handler must not be null");
  return faults;
}

}  // namespace

bool by_completion(const ProjectionOptions& options) {
  return options.guard == guard::by_completion;
}

Registry& Registry::add(ProjectionOptions options, HandlerPtr handler) {
  std::vector<std::string> faults = faults_of(options, handler);
  const auto place = std::ranges::lower_bound(projections_, options.name, {},
                                              [](const Projection& p) { return p.options.name; });
  if (place != projections_.end() && place->options.name == options.name) {
    faults.emplace_back("there is a projection of this name already");
  }
  std::string text;
  for (const auto& fault : faults) {
    if (!text.empty()) text += '\n';
    text += "projection \"" + options.name + "\": " + fault;
  }
  if (!text.empty()) throw RegistrationError{text};
  projections_.insert(place, {std::move(options), std::move(handler)});
  return *this;
}

}  // namespace projections
