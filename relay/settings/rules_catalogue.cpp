#include <algorithm>
#include <array>
#include <string_view>

#include "projections/sql/tokens.hpp"
#include "relay/settings/rules.hpp"

namespace relay::settings {
namespace {

using projections::sql::Token;
using projections::sql::tokens_of;

std::vector<Token> statement_of(const std::string& query) {
  std::vector<Token> tokens = tokens_of(query);
  while (!tokens.empty() && tokens.back().is_symbol(';')) tokens.pop_back();
  return tokens;
}

bool can_be_read_from(const Token& first) {
  constexpr std::array<std::string_view, 4> verbs = {"SELECT", "WITH", "VALUES", "TABLE"};
  return first.is_symbol('(') ||
         std::ranges::any_of(verbs, [&](std::string_view verb) { return first.is(verb); });
}

/// Nothing of the query is told: a password may have been filled in anywhere.
std::string query_fault(const std::string& query) try {
  const std::vector<Token> tokens = statement_of(query);
  if (tokens.empty()) return "must not be empty";
  if (std::ranges::any_of(tokens, [](const Token& token) { return token.is_symbol(';'); })) {
    return "must be one statement, not several";
  }
  if (!can_be_read_from(tokens.front())) {
    return "must be a statement that is only read from: it begins with SELECT, WITH, VALUES or "
           "TABLE";
  }
  if (std::ranges::any_of(tokens, [](const Token& token) { return token.depth < 0; })) {
    return "closes a parenthesis that it does not open";
  }
  if (std::ranges::find(tokens, Token::Kind::parameter, &Token::kind) != tokens.end()) {
    return "must not have parameters such as $1";
  }
  return "";
} catch (const projections::sql::UnterminatedError&) {
  return "ends inside a string, a quoted name or a comment";
}

}  // namespace

std::string bare_query(const std::string& query) {
  const std::vector<Token> tokens = statement_of(query);
  return tokens.empty() ? "" : query.substr(0, tokens.back().end());
}

void check_catalogue(const Settings& settings, const Places& places, Faults& faults) {
  if (!settings.catalogue) return;
  const Place& place = places.catalogue;
  check_url("[databases] ", settings.catalogue->url, "url", place, faults);
  if (settings.catalogue->query.empty()) return;  // said already
  const std::string fault = query_fault(settings.catalogue->query);
  if (!fault.empty()) faults.add(place.of("query"), "[databases] query " + fault);
}

}  // namespace relay::settings
