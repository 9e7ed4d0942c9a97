#include "relay/listeners/standing.hpp"

#include <algorithm>

namespace relay::listeners {
namespace {

std::string list(std::vector<std::string> patterns) {
  std::ranges::sort(patterns);
  std::string text;
  for (const std::string& pattern : patterns) text += (text.empty() ? "" : ", ") + pattern;
  return "[" + text + "]";
}

std::string own_fault(const OwnListener& own, const Registered& registered) {
  const auto found = registered.listeners.find(own.name);
  const std::string name = "projection \"" + own.name + "\"";
  if (found == registered.listeners.end() || found->second.state == "retired") {
    return name +
           " has been retired while this relay runs it: stop this relay, or start it again "
           "to register the projection anew";
  }
  if (found->second.state == "paused") return name + " is paused";
  if (list(found->second.patterns) != list(own.patterns)) {
    return name + " is registered for " + list(found->second.patterns) +
           ", but these settings say " + list(own.patterns) +
           ": stop the relays that run the old ones, then run \"freshet listeners "
           "retire " +
           own.name + "\"; the new ones are registered then";
  }
  return "";
}

}  // namespace

std::string Registered::version() const {
  const auto found = settings.find("listeners_version");
  return found == settings.end() ? "" : found->second;
}

std::vector<std::string> disagreements(const std::vector<OwnListener>& own,
                                       const std::map<std::string, std::string>& own_settings,
                                       const Registered& registered) {
  std::vector<std::string> faults;
  for (const OwnListener& listener : own) {
    std::string fault = own_fault(listener, registered);
    if (!fault.empty()) faults.push_back(std::move(fault));
  }
  for (const auto& [name, entry] : registered.listeners) {
    if (entry.state == "retired" || std::ranges::find(own, name, &OwnListener::name) != own.end()) {
      continue;
    }
    faults.push_back(
        "listener \"" + name +
        "\" is active, but this relay does not run it and would complete events "
        "without it: add it to the settings, or, if it is gone for good, run \"freshet "
        "listeners retire " +
        name + "\"");
  }
  for (const auto& [name, value] : own_settings) {
    const auto found = registered.settings.find(name);
    if (found == registered.settings.end() || found->second == value) continue;
    faults.push_back("this database works with " + name + " = \"" + found->second +
                     "\", but these settings say \"" + value +
                     "\": change the settings, or stop "
                     "every relay and run \"freshet settings --adopt\"");
  }
  return faults;
}

}  // namespace relay::listeners
