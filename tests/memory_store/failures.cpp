#include "tests/memory_store/failures.hpp"

#include <pqxx/pqxx>

namespace tests::memory {
namespace {

const char* sqlstate_of(projections::FailureKind kind) {
  using projections::FailureKind;
  switch (kind) {
    case FailureKind::conflict: return "55P03";
    case FailureKind::timeout: return "57014";
    case FailureKind::configuration: return "42P01";
    case FailureKind::connection: return "57P01";
    case FailureKind::event:
    case FailureKind::crash:
    case FailureKind::refused: break;
  }
  return "22000";
}

}  // namespace

void fail_with(const projections::Failure& failure) {
  if (!failure.sqlstate.empty()) {
    throw pqxx::sql_error{failure.message, "", failure.sqlstate.c_str()};
  }
  if (failure.kind == projections::FailureKind::connection) fail_as_cut_off(failure.message);
  throw pqxx::sql_error{failure.message, "", sqlstate_of(failure.kind)};
}

void fail_as_cut_off(const std::string& why) {
  throw pqxx::broken_connection{why};
}

void fail_as_locked() {
  throw pqxx::sql_error{"canceling statement due to lock timeout", "", "55P03"};
}

void fail_as_too_slow() {
  throw pqxx::sql_error{"canceling statement due to statement timeout", "", "57014"};
}

void fail_as_aborted() {
  throw pqxx::sql_error{"current transaction is aborted", "", "25P02"};
}

}  // namespace tests::memory
