#pragma once

#include <functional>
#include <string>

#include "tests/chaos/options.hpp"

namespace chaos {

/// Whether somebody asked the run to end.
bool interrupted();

/// Gives a run a folder of its own for data and logs, which goes if nothing was found, and says at
/// the beginning and at the end how the run is repeated. @param body returns how many violations
/// there were; what it throws is a harness that broke. @return the exit code: 0 without a
/// violation.
int run_in_folder(const Options& options,
                  const std::function<long(const std::string& folder)>& body);

}  // namespace chaos
