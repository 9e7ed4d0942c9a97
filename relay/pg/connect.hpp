#pragma once

#include <exception>
#include <memory>

#include <pqxx/pqxx>

#include "relay/pg/connection.hpp"
#include "relay/pg/conninfo.hpp"

namespace relay::pg {

/// Opens a connection: the one place where that happens. Blocks for `connect_timeout` for each
/// address at most, looking up its host's name included (a service file's hosts excepted, which
/// libpq looks up itself, without a deadline); libpq counts at least two seconds. Hosts are tried
/// in their order, but for those whose name takes longer than a second while others' are known:
/// they come after them. Threads: any.
/// @throws ConnectError in words that name database, hosts and user, never the password.
[[nodiscard]] std::unique_ptr<pqxx::connection> connect(const Conninfo& info);

/// What `connect` throws, made of what the driver threw; also for what fails once it is open.
[[nodiscard]] ConnectError connect_error(const Conninfo& info, const std::exception& error);

}  // namespace relay::pg
