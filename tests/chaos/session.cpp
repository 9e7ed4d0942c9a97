#include "tests/chaos/session.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cstdlib>

namespace chaos {
namespace {

using Clock = std::chrono::steady_clock;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Rows rows_of(const PGresult* result) {
  Rows rows;
  for (int r = 0; r < PQntuples(result); ++r) {
    auto& row = rows.emplace_back();
    for (int c = 0; c < PQnfields(result); ++c) {
      if (PQgetisnull(result, r, c) != 0) {
        row.emplace_back();
      } else {
        row.emplace_back(PQgetvalue(result, r, c));
      }
    }
  }
  return rows;
}

bool fine(const PGresult* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

void quiet(void* /*unused*/, const char* /*notice*/) {}

}  // namespace

Session::Session(const std::string& url, const std::string& application_name)
    : connection_{nullptr, &PQfinish} {
  const char* keys[] = {"dbname", "application_name", "connect_timeout", nullptr};
  const char* values[] = {url.c_str(), application_name.c_str(), "3", nullptr};
  connection_.reset(PQconnectdbParams(keys, values, 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK) fail(PQerrorMessage(connection_.get()));
  PQsetNoticeProcessor(connection_.get(), quiet, nullptr);
}

void Session::fail(const std::string& what) {
  connection_.reset();
  throw DatabaseError{what, "", true};
}

void Session::wait_for_answer(Clock::time_point until) {
  while (PQisBusy(connection_.get()) != 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) fail("no answer within the deadline");
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    (void)::poll(&socket, 1, static_cast<int>(left.count()));
    if (socket.revents != 0 && PQconsumeInput(connection_.get()) == 0) {
      fail(PQerrorMessage(connection_.get()));
    }
  }
}

Rows Session::exec(const std::string& sql, const std::vector<Value>& values,
                   std::chrono::milliseconds deadline) {
  if (!connection_) throw DatabaseError{"the connection was lost before", "", true};
  const auto until = Clock::now() + deadline;
  std::vector<const char*> raw;
  for (const Value& value : values) raw.push_back(value ? value->c_str() : nullptr);
  const int sent = values.empty() ? PQsendQuery(connection_.get(), sql.c_str())
                                  : PQsendQueryParams(connection_.get(), sql.c_str(),
                                                      static_cast<int>(values.size()), nullptr,
                                                      raw.data(), nullptr, nullptr, 0);
  if (sent == 0) fail(PQerrorMessage(connection_.get()));
  Rows rows;
  std::string error;
  std::string state;
  while (true) {
    wait_for_answer(until);
    const Result result{PQgetResult(connection_.get()), &PQclear};
    if (!result) break;
    tag_ = PQcmdStatus(result.get());
    if (fine(result.get())) {
      rows = rows_of(result.get());
    } else if (error.empty()) {
      const char* code = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
      error = PQresultErrorMessage(result.get());
      state = code == nullptr ? "" : code;
    }
  }
  if (!error.empty()) {
    const bool lost = PQstatus(connection_.get()) != CONNECTION_OK;
    if (lost) connection_.reset();
    throw DatabaseError{error, state, lost};
  }
  return rows;
}

long Session::number(const std::string& sql, const std::vector<Value>& values) {
  return std::atol(text(sql, values).c_str());
}

std::string Session::text(const std::string& sql, const std::vector<Value>& values) {
  const Rows rows = exec(sql, values);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0].value_or("");
}

}  // namespace chaos
