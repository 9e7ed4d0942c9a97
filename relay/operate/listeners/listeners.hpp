#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/operate/locks/sweep.hpp"
#include "relay/operate/status/snapshot.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// The operator named something that is not there. `what()` is one sentence with the nearest name.
class NoSuchListener : public NotHere {
  using NotHere::NotHere;
};

/// A registered listener, retired or not. @throws NoSuchListener
RegisteredListener require_listener(pg::Connection& connection, const std::string& name);

/// What retiring a listener would mean now. What is absent could not be read in time.
struct BeforeRetiring {
  struct Runner {
    std::string instance;
    std::int64_t seen_s_ago = 0;
  };
  std::string listener;
  std::optional<std::vector<Runner>> runners;  ///< Relays that run it, or did so just now.
  std::optional<std::int64_t> open;            ///< Deliveries; `count_limit`: or more.
};

/// @throws NoSuchListener
[[nodiscard]] BeforeRetiring before_retiring(pg::Connection& connection, const std::string& name);

struct Retired {
  std::string listener;
  bool now = false;            ///< False: it had been before.
  std::int64_t discarded = 0;  ///< Open deliveries.
};

/// Marks a listener as gone: no event waits for it from here on. Its read model and its guard rows
/// stay; its open deliveries are discarded, lane by lane, and events that no other listener is owed
/// are completed. Run again it goes on where it was cut off. @throws NoSuchListener
Retired retire_listener(pg::Connection& connection, const std::string& name,
                        const Progress& progress = {});

}  // namespace relay::operate
