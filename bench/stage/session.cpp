#include "bench/stage/session.hpp"

#include <libpq-fe.h>

#include <stdexcept>

namespace bench {
namespace {

using Result = std::unique_ptr<PGresult, void (*)(PGresult*)>;

Session::Rows rows_of(const PGresult* result) {
  Session::Rows rows(static_cast<std::size_t>(PQntuples(result)));
  for (int row = 0; row < PQntuples(result); ++row) {
    for (int column = 0; column < PQnfields(result); ++column) {
      rows[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(result, row, column));
    }
  }
  return rows;
}

}  // namespace

void Session::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Session::Session(const std::string& url) : connection_(PQconnectdb(url.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw std::runtime_error{PQerrorMessage(connection_.get())};
  }
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

Session::Rows Session::run(const std::string& sql, const std::vector<std::string>& parameters) {
  std::vector<const char*> values;
  for (const std::string& parameter : parameters) values.push_back(parameter.c_str());
  const Result result{parameters.empty() ? PQexec(connection_.get(), sql.c_str())
                                         : PQexecParams(connection_.get(), sql.c_str(),
                                                        static_cast<int>(values.size()), nullptr,
                                                        values.data(), nullptr, nullptr, 0),
                      PQclear};
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    throw std::runtime_error{PQerrorMessage(connection_.get()) + ("in: " + sql)};
  }
  return rows_of(result.get());
}

std::string Session::value(const std::string& sql, const std::vector<std::string>& parameters) {
  const Rows rows = run(sql, parameters);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0];
}

double Session::number(const std::string& sql, const std::vector<std::string>& parameters) {
  const std::string text = value(sql, parameters);
  return text.empty() ? 0 : std::stod(text);
}

}  // namespace bench
