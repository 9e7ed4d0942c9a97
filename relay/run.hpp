#pragma once

#include <functional>

#include "projections/registry.hpp"
#include "relay/store/around.hpp"

namespace relay {

/// The whole program: reads the command line, loads the settings, registers the projections of the
/// file and those of `register_projections`, and does what is asked. What goes wrong is one clear
/// sentence on standard error.
/// @param register_projections adds projections written in C++; what it throws ends the program.
/// @param around_store called once for each database, before its engine starts.
/// @return the exit code: 0 fine, 2 usage or settings, 3 a database cannot be
///   reached or a check found a fault, 1 anything else.
[[nodiscard]] int run(int argc, char** argv,
                      const std::function<void(projections::Registry&)>& register_projections = {},
                      const store::Around& around_store = {});

}  // namespace relay
