#include "relay/flow/crash/flight_folder.hpp"

#include <unistd.h>

namespace relay::flow {

std::string flight_folder(
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  // Relative paths are to be ignored, says the XDG specification.
  const auto absolute = [&](const char* name) {
    const std::string path = environment(name).value_or("");
    return path.starts_with('/') ? path : std::string{};
  };
  if (const std::string state = absolute("XDG_STATE_HOME"); !state.empty()) {
    return state + "/freshet";
  }
  // A service without a home is given "/" or a folder that is not there; neither is a home.
  const std::string home = absolute("HOME");
  if (home.size() > 1 && ::access(home.c_str(), W_OK) == 0) return home + "/.local/state/freshet";
  const std::string temporary = absolute("TMPDIR");
  return (temporary.empty() ? "/tmp" : temporary) + "/freshet-" + std::to_string(::geteuid());
}

}  // namespace relay::flow
