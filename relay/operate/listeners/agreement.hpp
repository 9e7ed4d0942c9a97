#pragma once

#include <map>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// `freshet_setting`: what every relay of a database must agree on.
using Agreement = std::map<std::string, std::string>;

[[nodiscard]] Agreement read_agreement(pg::Connection& connection);

/// Writes this file's completion and ordering for all relays, under all lanes' locks; the number
/// of lanes is part of the schema and never changed. @param own as this file has them.
/// @return what was changed; empty: the database had them already.
Agreement adopt(pg::Connection& connection, const Agreement& own);

/// What was changed, a line for each. Pure.
[[nodiscard]] std::string in_words(const Agreement& changed);

}  // namespace relay::operate
