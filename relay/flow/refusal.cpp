#include "relay/flow/refusal.hpp"

#include <algorithm>
#include <string_view>

namespace relay::flow {
namespace {

// As the server's quote_ident, but for its key words, which are no names of roles.
std::string as_identifier(const std::string& name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  const bool digit_first = !name.empty() && name[0] >= '0' && name[0] <= '9';
  if (!name.empty() && !digit_first && std::ranges::all_of(name, is_plain)) return name;
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? "\"\"" : std::string{c};
  return quoted + "\"";
}

}  // namespace

std::optional<Refusal> refusal_of(const projections::Failure& why) {
  if (why.sqlstate != "53300") return std::nullopt;
  const auto says = [&](const char* sign) { return why.message.find(sign) != std::string::npos; };
  const auto whose = says("connections for database") ? Refusal::Whose::database
                     : says("connections for role")   ? Refusal::Whose::role
                                                      : Refusal::Whose::server;
  constexpr std::string_view mark = "FATAL: ";
  const auto at = why.message.rfind(mark);
  const std::size_t begin = at == std::string::npos ? 0 : at + mark.size();
  return Refusal{whose, why.message.substr(begin)};
}

std::string remedy_of(const Refusal& refusal, const std::string& role, const std::string& database,
                      int sessions) {
  const std::string enough = " CONNECTION LIMIT " + std::to_string(sessions) + ";";
  switch (refusal.whose) {
    case Refusal::Whose::role: return "run: ALTER ROLE " + as_identifier(role) + enough;
    case Refusal::Whose::database: return "run: ALTER DATABASE " + as_identifier(database) + enough;
    default:
      return "raise max_connections (or what the pooler allows) to what all clients need, or lower "
             "[relay] connections";
  }
}

}  // namespace relay::flow
