#pragma once

#include <string>

#include "relay/pg/connection.hpp"

namespace relay::preflight {

/// Whether the session looks into `schema` before all others, as the settings want it: it is
/// there, it is open to the role, and no pooler has dropped what the url asks for. @return what is
/// wrong and what to do, in one sentence; "": nothing, also where the settings name no schema.
/// @throws pqxx::failure and kin.
[[nodiscard]] std::string schema_fault(pg::Connection& connection, const std::string& schema);

/// The same, and that event_publication is there: or names would lead to another schema's.
[[nodiscard]] std::string place_fault(pg::Connection& connection, const std::string& schema);

}  // namespace relay::preflight
