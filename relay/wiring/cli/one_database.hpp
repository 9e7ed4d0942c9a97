#pragma once

#include <string>

#include "relay/pg/connection.hpp"
#include "relay/settings/settings.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// The one database that a command is about. @param why it can't be about several, as the beginning
/// of a sentence. @throws SettingsError when it is not clear which.
[[nodiscard]] const settings::Database& the_database(
    const Blueprint& blueprint, const std::string& why = "the settings have several databases");

/// A command's connection to a database. Where the settings name a schema it is looked into before
/// all others, and has the outbox: else a command would change another one.
class OutboxConnection final : public pg::Connection {
 public:
  /// @throws pg::ConnectError, also in words about that schema.
  OutboxConnection(const settings::Database& database, const pg::ConnectOptions& options);
};

}  // namespace relay::wiring
