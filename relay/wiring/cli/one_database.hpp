#pragma once

#include "relay/pg/connection.hpp"
#include "relay/settings/settings.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// The one database that a command changes. @throws SettingsError when it is not clear which.
[[nodiscard]] const settings::Database& the_database(const Blueprint& blueprint);

/// A command's connection to a database. Where the settings name a schema it is looked into before
/// all others, and has the outbox: else a command would change another one.
class OutboxConnection final : public pg::Connection {
 public:
  /// @throws pg::ConnectError, also in words about that schema.
  OutboxConnection(const settings::Database& database, const pg::ConnectOptions& options);
};

}  // namespace relay::wiring
