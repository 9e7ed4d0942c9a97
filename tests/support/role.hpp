#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/test_database.hpp"

namespace tests {

/// A role that may log in; roles belong to the server, so its name holds our process id. Dropped in
/// the destructor, with all it was granted in `db`.
class Role {
 public:
  static constexpr const char* password = "pa55-w0rd";

  Role(const TestDatabase& db, const std::string& purpose)
      : db_(db), name_("freshet_" + purpose + "_" + std::to_string(::getpid())) {
    db_.run("DROP ROLE IF EXISTS " + name_);
    db_.run("CREATE ROLE " + name_ + " LOGIN PASSWORD '" + password + "'");
  }
  ~Role() {
    try {
      db_.run("DROP OWNED BY " + name_ + "; DROP ROLE " + name_);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// The database's URL as this role, with the password `given`.
  [[nodiscard]] std::string url(const std::string& given) const {
    const std::string url = db_.url();
    const auto host = url.find('@');
    return "postgresql://" + name_ + ":" + given + url.substr(host);
  }
  /// A statement of its own transaction as this role.
  pqxx::result run(const std::string& sql) const {
    return db_.run("SET LOCAL ROLE " + name_ + ";" + sql);
  }
  /// What schema/README.md says that a relay's role needs.
  void grant_as_the_readme_says() const { grant_as_the_readme_says(db_); }
  void grant_as_the_readme_says(const TestDatabase& db) const {
    std::string sql = read_file(source_dir() + "/schema/README.md");
    sql = sql.substr(sql.find("## Roles"));
    sql = sql.substr(sql.find("```sql\n") + 7);
    sql.resize(sql.find("```"));
    const std::string placeholder = "freshet_relay";
    for (auto at = sql.find(placeholder); at != std::string::npos; at = sql.find(placeholder, at)) {
      sql.replace(at, placeholder.size(), name_);
      at += name_.size();
    }
    db.run(sql);
  }

 private:
  const TestDatabase& db_;
  std::string name_;
};

}  // namespace tests
