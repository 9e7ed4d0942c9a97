// Any bytes as a settings file: faults in words, or settings whose limits nest.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "relay/settings/settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("settings", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, data, size, 0) < 0) std::abort();
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    return name.size() % 2 == 0 ? std::optional{"value of " + name} : std::nullopt;
  };
  try {
    const auto settings = relay::settings::load(path, environment);
    if (settings.databases.empty() && !settings.catalogue) std::abort();
    if (settings.relay.workers < 1) std::abort();
    if (settings.relay.handler_timeout >= settings.relay.statement_timeout) std::abort();
    if (relay::settings::idle_limit(settings.relay) > settings.relay.drain) std::abort();
    if (!settings.forwards.empty() && !settings.kafka) std::abort();
    if (settings.kafka && (settings.kafka->timeout <= settings.relay.handler_timeout ||
                           settings.kafka->timeout >= settings.relay.statement_timeout)) {
      std::abort();
    }
  } catch (const relay::settings::SettingsError& error) {
    if (error.faults.empty()) std::abort();
    for (const std::string& fault : error.faults) {
      if (fault.find('\n') != std::string::npos) std::abort();  // a fault is one line
    }
  }
  return 0;
}
