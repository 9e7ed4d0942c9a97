#include "projections/failure.hpp"

#include <algorithm>
#include <string_view>

#include <pqxx/pqxx>

namespace projections {
namespace {

struct Rule {
  std::string_view prefix;
  FailureKind kind;
};

// The first prefix that fits decides; what fits none is the event's own fault.
constexpr Rule rules[] = {
    {"40001", FailureKind::conflict},    // serialization failure
    {"40P01", FailureKind::conflict},    // deadlock
    {"55P03", FailureKind::conflict},    // lock time-out
    {"40003", FailureKind::connection},  // unknown whether the statement completed
    {"40", FailureKind::conflict},       // rolled back by the server for another reason
    {"57014", FailureKind::timeout},     // statement time-out or cancel
    {"08", FailureKind::connection},     // connection exception
    {"57", FailureKind::connection},     // shutdown, crash, database dropped
    {"25006", FailureKind::connection},  // read-only: a standby, or an old primary
    {"25P03", FailureKind::connection},  // idle in transaction too long: the session is gone
    {"25P04", FailureKind::connection},  // transaction_timeout: the session is gone
    {"53", FailureKind::connection},     // out of connections, memory, disk
    {"58", FailureKind::connection},     // the server's own I/O
    {"XX", FailureKind::connection},     // internal error, corrupted data
    {"F0", FailureKind::connection},     // configuration file of the server
    {"28", FailureKind::configuration},  // wrong password, no such role
    {"3D", FailureKind::configuration},  // no such database
    {"3F", FailureKind::configuration},  // no such schema
    {"0P", FailureKind::configuration},  // invalid role
    {"42", FailureKind::configuration},  // missing table, column, function, privilege; syntax
};

FailureKind kind_of(std::string_view sqlstate) {
  const auto* rule = std::ranges::find_if(
      rules, [&](const Rule& r) { return sqlstate.substr(0, r.prefix.size()) == r.prefix; });
  return rule == std::end(rules) ? FailureKind::event : rule->kind;
}

// "ERROR:  text\nDETAIL:  …" → "text", in any language: the server puts two blanks behind the word.
std::string_view primary_line(std::string_view text) {
  while (!text.empty() && (text.front() == '\n' || text.front() == ' ')) text.remove_prefix(1);
  text = text.substr(0, text.find('\n'));
  const auto mark = text.find(":  ");
  if (mark != std::string_view::npos && text.substr(0, mark).find(' ') == std::string_view::npos) {
    text.remove_prefix(mark + 3);
  }
  return text;
}

Failure from_server(const char* text, std::string sqlstate) {
  FailureKind kind = kind_of(sqlstate);
  // A pg_cancel_backend from outside: no limit is over, and no event is at fault. Where the server
  // speaks another language it looks like a time-out.
  if (sqlstate == "57014" && primary_line(text).find("user request") != std::string_view::npos) {
    kind = FailureKind::conflict;
  }
  if (sqlstate == "25P02") {
    return {kind, std::move(sqlstate),
            "the handler went on after an SQL error that it had caught: let the error pass, or run "
            "the risky statement in a savepoint of the handler's own"};
  }
  return {kind, std::move(sqlstate), one_line(primary_line(text))};
}

// nlohmann quotes the text it stumbled over, which is the payload's.
std::string_view without_payload(std::string_view text) {
  constexpr std::string_view mark = "[json.exception.";
  if (text.substr(0, mark.size()) != mark) return text;
  return text.substr(0, text.find("; last read:"));
}

// libpqxx 6 keeps no SQLSTATE in some classes; the class says it then.
Failure from_sql_error(const pqxx::sql_error& error) {
  if (!error.sqlstate().empty()) return from_server(error.what(), error.sqlstate());
  if (dynamic_cast<const pqxx::insufficient_privilege*>(&error) != nullptr) {
    return from_server(error.what(), "42501");
  }
  if (dynamic_cast<const pqxx::syntax_error*>(&error) != nullptr) {
    return from_server(error.what(), "42601");
  }
  // Without a SQLSTATE the server said nothing: the error arose on the way to it.
  return {FailureKind::connection, "", one_line(primary_line(error.what()))};
}

}  // namespace

Failure failure_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const pqxx::deadlock_detected& e) {
    return from_server(e.what(), "40P01");
  } catch (const pqxx::serialization_failure& e) {
    return from_server(e.what(), "40001");
  } catch (const pqxx::statement_completion_unknown& e) {
    return from_server(e.what(), "40003");
  } catch (const pqxx::transaction_rollback& e) {
    return from_server(e.what(), "40000");
  } catch (const pqxx::too_many_connections& e) {
    return from_server(e.what(), "53300");
  } catch (const pqxx::sql_error& e) {
    return from_sql_error(e);
  } catch (const pqxx::broken_connection& e) {
    return {FailureKind::connection, "", one_line(primary_line(e.what()))};
  } catch (const pqxx::in_doubt_error& e) {
    return {FailureKind::connection, "", one_line(primary_line(e.what()))};
  } catch (const std::exception& e) {
    return {FailureKind::event, "", one_line(without_payload(e.what()))};
  } catch (...) {
    return {FailureKind::event, "", "the handler threw something that is no std::exception"};
  }
}

Failure current_failure() {
  return failure_of(std::current_exception());
}

const char* to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::event: return "event";
    case FailureKind::conflict: return "conflict";
    case FailureKind::timeout: return "timeout";
    case FailureKind::connection: return "connection";
    case FailureKind::crash: return "crash";
    case FailureKind::refused: return "refused";
    case FailureKind::configuration: return "configuration";
  }
  return "event";
}

}  // namespace projections
