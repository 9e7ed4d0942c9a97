#include "projections/sql/statement.hpp"

#include <algorithm>
#include <span>

#include "projections/sql/tokens.hpp"
#include "projections/sql/transaction_command.hpp"
#include "schema/statements.hpp"

namespace projections::sql {
namespace {

using Tokens = std::span<const Token>;

constexpr std::string_view wrapped_verbs[] = {"INSERT", "UPDATE", "DELETE",
                                              "MERGE",  "SELECT", "VALUES"};

bool is_verb(const Token& token) {
  return std::ranges::any_of(wrapped_verbs, [&](std::string_view v) { return token.is(v); });
}

bool names_events(const Token& token) {
  return token.is("EVENTS") ||
         (token.kind == Token::Kind::identifier && token.text == "\"events\"");
}

// WITH events AS (…): the user's own would collide with ours.
bool defines_events(Tokens tokens) {
  bool name_comes = true;
  for (const Token& token : tokens) {
    if (token.depth > 0) continue;
    if (token.is("WITH") || token.is("RECURSIVE")) continue;
    if (is_verb(token)) return false;
    if (name_comes && names_events(token)) return true;
    name_comes = token.is_symbol(',');
  }
  return false;
}

// ON CONFLICT without an ORDER BY between the same parentheses. A single VALUES needs none.
bool upserts_unordered(Tokens tokens) {
  struct Level {
    bool selects = false;
    bool orders = false;
  };
  std::vector<Level> levels(1);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const auto followed_by = [&](std::string_view word) {
      return i + 1 < tokens.size() && tokens[i + 1].is(word);
    };
    if (token.is_symbol('(')) levels.emplace_back();
    if (token.is_symbol(')') && levels.size() > 1) levels.pop_back();
    Level& level = levels.back();
    level.selects = level.selects || token.is("SELECT");
    level.orders = level.orders || (token.is("ORDER") && followed_by("BY"));
    if (token.is("ON") && followed_by("CONFLICT")) {
      if (level.selects && !level.orders) return true;
      level = {};
    }
  }
  return false;
}

std::vector<std::string> faults_of(Tokens tokens) {
  if (tokens.empty()) return {"the statement is empty"};
  std::vector<std::string> faults;
  const Token& first = tokens.front();
  if (is_transaction_command(first)) {
    faults.push_back(std::string{first.text} +
                     " is refused: the transaction also keeps the guard and the completion, and "
                     "the relay ends it");
  } else if (!first.is("WITH") && !is_verb(first)) {
    faults.push_back(
        "a statement begins with WITH, INSERT, UPDATE, DELETE, MERGE, SELECT or "
        "VALUES, not with " +
        std::string{first.text});
  }
  if (std::ranges::any_of(tokens, [](const Token& t) { return t.is_symbol(';'); })) {
    faults.emplace_back(
        "there are several statements in one text; write them as a list, "
        "sql = [\"…\", \"…\"]");
  }
  const auto parameter = std::ranges::find(tokens, Token::Kind::parameter, &Token::kind);
  if (parameter != tokens.end()) {
    faults.push_back("the statement has the parameter " + std::string{parameter->text} +
                     "; there are none: its input is the table events");
  }
  if (first.is("WITH") && defines_events(tokens)) {
    faults.emplace_back("WITH defines events, which is the name of the batch; use another");
  }
  return faults;
}

std::string with_events(std::string_view sql, Tokens tokens) {
  using schema::statements::events_cte;
  const std::string_view cte = events_cte.substr(events_cte.find("events AS"));
  const std::size_t end = tokens.back().end();
  const auto from = [&](std::size_t begin) { return std::string{sql.substr(begin, end - begin)}; };
  if (!tokens[0].is("WITH")) return "WITH " + std::string{cte} + from(tokens[0].begin);
  const bool recursive = tokens.size() > 1 && tokens[1].is("RECURSIVE");
  const std::size_t rest = tokens[recursive ? 1 : 0].end();
  return (recursive ? "WITH RECURSIVE " : "WITH ") + std::string{cte} + "," + from(rest);
}

}  // namespace

Statement compile(std::string_view sql) try {
  if (sql.find('\0') != std::string_view::npos) {
    return {"", {"the statement has a NUL character"}, {}};
  }
  std::vector<Token> tokens = tokens_of(sql);
  while (!tokens.empty() && tokens.back().is_symbol(';')) tokens.pop_back();
  Statement statement;
  statement.faults = faults_of(tokens);
  if (!statement.faults.empty()) return statement;
  if (upserts_unordered(tokens)) {
    statement.warnings.emplace_back(
        "INSERT … SELECT … ON CONFLICT has no ORDER BY: transactions that share rows can deadlock; "
        "order by the conflict key");
  }
  if (std::ranges::none_of(tokens, names_events)) {
    statement.warnings.emplace_back("the statement never reads from events");
  }
  statement.text = with_events(sql, tokens);
  return statement;
} catch (const UnterminatedError& error) {
  return {"", {error.what()}, {}};
}

}  // namespace projections::sql
