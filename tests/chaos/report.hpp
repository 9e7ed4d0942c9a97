#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/nemesis.hpp"

namespace chaos {

/// Prints what struck, what was checked and what was found. @return the number of violations.
long print_report(const std::map<std::string, Nemesis::Count>& faults,
                  const std::vector<Verdict>& verdicts);

/// Numbers of a run, in one line: how many events, effects, dead letters, restarts.
std::string describe_run(Session& db, Crew& crew);

}  // namespace chaos
