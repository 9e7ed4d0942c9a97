#include "relay/run.hpp"

#include "relay/wiring/cli/command_line.hpp"
#include "relay/wiring/cli/execute.hpp"

namespace relay {

int run(int argc, char** argv,
        const std::function<void(projections::Registry&)>& register_projections,
        const store::Around& around_store) {
  const auto parsed = wiring::parse(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  return wiring::execute(std::get<wiring::Command>(parsed), {register_projections, around_store});
}

}  // namespace relay
