#pragma once

#include <optional>
#include <string>

#include "projections/failure.hpp"

namespace relay::flow {

/// A server gave no session, since it has as many as it may. Nothing is down by that: those who
/// have one go on.
struct Refusal {
  /// Whose limit it was: of a role, or of the whole server, or of one database.
  enum class Whose { role, server, database };
  Whose whose = Whose::role;
  std::string why;  ///< The server's words, one line.
};

/// @param why of a connection that could not be made. @return nothing: for another reason. Pure.
[[nodiscard]] std::optional<Refusal> refusal_of(const projections::Failure& why);

/// What an operator may do about it: "run: ALTER ROLE relay CONNECTION LIMIT 40;". Pure.
/// @param role, database as the server calls them. @param sessions how many would be enough.
[[nodiscard]] std::string remedy_of(const Refusal& refusal, const std::string& role,
                                    const std::string& database, int sessions);

}  // namespace relay::flow
