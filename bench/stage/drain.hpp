#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/stage/outbox.hpp"
#include "bench/stage/relay.hpp"

namespace bench {

/// A backlog and who is to drain it.
struct Drain {
  std::string binary;
  RelaySettings relay;
  Backlog backlog;
  int processes = 1;  ///< Relays at once, each with an instance name of its own.
  /// The database's url as the relay sees it; empty: as it is.
  std::function<std::string(const std::string&)> url;
};

/// Drains it and verifies that it was done. The time runs from just before the relay's start to the
/// commit of the last completion, by the server's clock.
/// @throws std::runtime_error when the work was not done.
[[nodiscard]] Measures run_drain(Stage& stage, const Drain& drain);

/// A copy of a database with the outbox, the read models and this backlog in it.
[[nodiscard]] std::unique_ptr<Database> published(Stage& stage, const Drain& drain);

}  // namespace bench
