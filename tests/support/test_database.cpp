#include "tests/support/test_database.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "relay/operate/migrate/migrate.hpp"

namespace tests {
namespace {

void run_alone(const std::string& url, const std::string& sql) {
  pqxx::connection connection{url};
  pqxx::nontransaction tx{connection};
  tx.exec(sql);
}

void apply_migrations(const std::string& url) {
  relay::pg::Connection direct{url};
  relay::operate::migrate(direct, [](auto, auto, auto, auto) {}, {.any_encoding = true});
}

// The same url with another database.
std::string with_database(std::string text, const std::string& database) {
  const auto query = text.find('?');
  const std::string tail = query == std::string::npos ? "" : text.substr(query);
  text.resize(query == std::string::npos ? text.size() : query);
  return text.substr(0, text.rfind('/') + 1) + database + tail;
}

// Made once per process, so that two test processes do not share one half made.
const std::string& template_name() {
  static const std::string name = [] {
    std::string made = "freshet_template_" + std::to_string(::getpid());
    run_alone(server_url("postgres"), "DROP DATABASE IF EXISTS " + made);
    run_alone(server_url("postgres"), "CREATE DATABASE " + made);
    apply_migrations(server_url(made));
    return made;
  }();
  return name;
}

std::string next_name() {
  static int count = 0;
  return "freshet_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
}

}  // namespace

std::string server_url(const std::string& database) {
  const char* url = std::getenv("FRESHET_TEST_URL");
  if (url == nullptr || *url == '\0') {
    std::fputs("FRESHET_TEST_URL is not set: run the tests with ./dev test\n", stderr);
    std::exit(2);
  }
  return with_database(url, database);
}

int server_major() {
  return pqxx::connection{server_url("postgres")}.server_version() / 10'000;
}

TestDatabase::TestDatabase(Kind kind) {
  name_ = next_name();
  const std::string from = kind == Kind::migrated ? " TEMPLATE " + template_name() : "";
  run_alone(server_url("postgres"), "CREATE DATABASE " + name_ + from);
  url_ = server_url(name_);
}

TestDatabase::TestDatabase(std::string name, std::string url, bool dropped_at_the_end)
    : dropped_at_the_end_(dropped_at_the_end), name_(std::move(name)), url_(std::move(url)) {}

TestDatabase TestDatabase::created(const std::string& how) {
  const std::string name = next_name();
  run_alone(server_url("postgres"), "CREATE DATABASE " + name + " TEMPLATE template0 " + how);
  apply_migrations(server_url(name));
  return {name, server_url(name), true};
}

TestDatabase TestDatabase::on(const std::string& server, const std::string& name) {
  run_alone(server, "CREATE DATABASE " + name);
  const std::string url = with_database(server, name);
  apply_migrations(url);
  return {name, url};
}

TestDatabase::~TestDatabase() {
  if (!dropped_at_the_end_) return;
  try {
    run_alone(server_url("postgres"), "DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "could not drop %s: %s\n", name_.c_str(), error.what());
  }
}

pqxx::result TestDatabase::run(const std::string& sql) const {
  pqxx::connection connection{url_};
  pqxx::work tx{connection};
  pqxx::result rows = tx.exec(sql);
  tx.commit();
  return rows;
}

std::string TestDatabase::value(const std::string& sql) const {
  const pqxx::result rows = run(sql);
  return rows.empty() || rows[0][0].is_null() ? "" : rows[0][0].c_str();
}

long TestDatabase::number(const std::string& sql) const {
  return std::stol(value(sql));
}

}  // namespace tests
