#include "relay/listeners/assignment.hpp"

#include <algorithm>

#include "projections/failpoint.hpp"

namespace relay::listeners {
namespace {

// A relay shows every ten seconds what it serves; three of them missed is one that is gone.
constexpr std::int64_t gone_ms = 30'000;

bool alike(const Declaration& a, const Declaration& b) {
  const bool placed = a.kind == forward;  // attached or detached by the database
  return a.kind == b.kind && a.skip_dead == b.skip_dead && (placed || a.detached == b.detached) &&
         std::ranges::is_permutation(a.patterns, b.patterns);
}

}  // namespace

std::string Registered::version() const {
  const auto found = settings.find("listeners_version");
  return found == settings.end() ? "" : found->second;
}

Assignment assignment_of(const std::vector<Declaration>& own, const Registered& registered) {
  Assignment assignment;
  assignment.version = registered.version();
  assignment.suspects = registered.suspects;
  for (const auto& [name, entry] : registered.listeners) {
    if (entry.state == "retired") continue;
    const auto mine = std::ranges::find(own, name, &Declaration::name);
    const bool served =
        entry.state == "active" && mine != own.end() && alike(*mine, entry.declaration);
    const bool detached = entry.declaration.detached;
    if (served) (detached ? assignment.detached : assignment.attached).insert(name);
    if (projections::sabotaged("listeners_from_settings") && mine == own.end()) continue;
    if (!served || detached) {
      assignment.owed.push_back({.name = name, .events = entry.declaration.patterns});
    }
  }
  return assignment;
}

std::vector<Declaration> to_register(const std::vector<Declaration>& own,
                                     const Registered& registered, bool at_start) {
  std::vector<Declaration> wanted;
  for (const Declaration& mine : own) {
    const auto found = registered.listeners.find(mine.name);
    if (found == registered.listeners.end() || found->second.state == "retired") {
      if (at_start) wanted.push_back(mine);
      continue;
    }
    const bool abandoned = found->second.others_seen_ms > gone_ms;
    if (!alike(mine, found->second.declaration) && (at_start || abandoned)) wanted.push_back(mine);
  }
  return wanted;
}

std::vector<std::string> disagreements(const std::map<std::string, std::string>& own_settings,
                                       const Registered& registered) {
  std::vector<std::string> faults;
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
