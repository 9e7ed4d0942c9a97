#pragma once

#include <string>

#include <pqxx/pqxx>

namespace tests {

/// A database of its own, cloned from a migrated template, on the server of FRESHET_TEST_URL;
/// dropped in the destructor. Tests of one process run one after the other.
class TestDatabase {
 public:
  enum class Kind { migrated, empty };
  explicit TestDatabase(Kind kind = Kind::migrated);
  /// On another server, created and migrated there; it goes with that server, not with this object.
  /// @param server the url of any database of it.
  static TestDatabase on(const std::string& server, const std::string& name);
  /// Migrated, but not cloned. @param how options of CREATE DATABASE, such as an encoding.
  static TestDatabase created(const std::string& how);
  /// One that is there already and stays.
  static TestDatabase at(const std::string& url) { return {"", url}; }
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Runs SQL in a transaction of its own and returns the rows of the last statement.
  pqxx::result run(const std::string& sql) const;
  /// The first value of the first row as text; "" for NULL.
  [[nodiscard]] std::string value(const std::string& sql) const;
  /// The first value as a number.
  [[nodiscard]] long number(const std::string& sql) const;

 private:
  TestDatabase(std::string name, std::string url, bool dropped_at_the_end = false);

  bool dropped_at_the_end_ = true;
  std::string name_;
  std::string url_;
};

/// FRESHET_TEST_URL with another database's name. Fails the process in words when it is not set.
[[nodiscard]] std::string server_url(const std::string& database);

/// The version of the server of FRESHET_TEST_URL: 15 for 15.18.
[[nodiscard]] int server_major();

}  // namespace tests
