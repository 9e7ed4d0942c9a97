#pragma once

#include <string>

#include "relay/operate/snapshot.hpp"
#include "relay/operate/sweep.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/pg/connection.hpp"

namespace relay::operate {

/// The operator named something that is not there. `what()` is one sentence with the nearest name.
class NoSuchListener : public UsageError {
  using UsageError::UsageError;
};

/// A registered listener, retired or not. @throws NoSuchListener
RegisteredListener require_listener(pg::Connection& connection, const std::string& name);

/// What retiring `name` would mean now, in words: who still runs it, what is still owed to it.
/// @throws NoSuchListener
[[nodiscard]] std::string before_retiring(pg::Connection& connection, const std::string& name);

/// Marks a listener as gone: no event waits for it from here on. Its read model and its guard rows
/// stay; its open deliveries are discarded, lane by lane, and events that nobody else is owed are
/// completed. Run again it goes on where it was cut off.
/// @return what was done, in words. @throws NoSuchListener
std::string retire_listener(pg::Connection& connection, const std::string& name,
                            const Progress& progress = {});

}  // namespace relay::operate
