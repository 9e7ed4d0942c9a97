#pragma once

#include <map>
#include <string>

#include "relay/pg/connection.hpp"

namespace relay::operate {

/// `freshet_setting`: what every relay of a database must agree on.
using Agreement = std::map<std::string, std::string>;

[[nodiscard]] Agreement read_agreement(pg::Connection& connection);

/// Both side by side, for people; differences are marked. @param own as this file has them.
[[nodiscard]] std::string compare(const Agreement& database, const Agreement& own);

/// Writes this file's completion and ordering for all relays, under all lanes' locks; the number
/// of lanes is part of the schema and never changed. @return what was done, in words.
std::string adopt(pg::Connection& connection, const Agreement& own);

}  // namespace relay::operate
