#pragma once

#include <stdexcept>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// The operator named something that is not there. `what()` is one sentence with the nearest name.
class NoSuchListener : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// All registered listeners as a table for people. @throws pqxx::failure and kin.
[[nodiscard]] std::string list_listeners(pg::Connection& connection);

/// What retiring `name` would mean now, in words: who still runs it, what is still owed to it.
/// @throws NoSuchListener
[[nodiscard]] std::string before_retiring(pg::Connection& connection, const std::string& name);

/// Marks a listener as gone: no event waits for it from here on. Its read model, its guard rows and
/// its open deliveries stay. @return what was done, in words. @throws NoSuchListener
std::string retire_listener(pg::Connection& connection, const std::string& name);

}  // namespace relay::operate
