#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/test_database.hpp"

namespace {

namespace fs = std::filesystem;

const fs::path root{tests::source_dir()};

std::map<std::string, std::string> statements() {
  std::map<std::string, std::string> all;
  for (const auto& file : fs::directory_iterator{root / "schema/statements"}) {
    all[file.path().stem().string()] = tests::read_file(file.path());
  }
  return all;
}

TEST(Statements, EachIsUsedBySomeSource) {
  std::string sources;
  for (const char* folder : {"relay", "projections", "bench"}) {
    for (const auto& file : fs::recursive_directory_iterator{root / folder}) {
      if (file.path().extension() == ".cpp") sources += tests::read_file(file.path());
    }
  }
  const auto used = [&](const std::string& name) {
    for (auto at = sources.find("::" + name); at != std::string::npos;
         at = sources.find("::" + name, at + 1)) {
      const char next = sources.at(at + 2 + name.size());
      if (std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_') return true;
    }
    return false;
  };
  EXPECT_FALSE(used("a_statement_that_nobody_wrote"));
  for (const auto& [name, sql] : statements()) {
    EXPECT_TRUE(used(name)) << "schema/statements/" << name << ".sql is used by nobody";
  }
}

std::string without_comments(const std::string& sql) {
  std::istringstream lines{sql};
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("--")) kept += line + "\n";
  }
  while (!kept.empty() && (kept.back() == '\n' || kept.back() == ';')) kept.pop_back();
  return kept;
}

bool can_be_planned(const std::string& sql) {
  const std::string word = sql.substr(0, sql.find_first_of(" (\n"));
  return sql.find(';') == std::string::npos &&
         std::ranges::any_of(
             std::vector<std::string>{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"},
             [&](const std::string& known) { return word == known; });
}

/// Plans it with every parameter NULL. @throws pqxx::sql_error when the server refuses.
pqxx::result explain(pqxx::transaction_base& tx, const std::string& sql) {
  tx.exec("PREPARE statement AS " + sql);
  const int parameters = tx.exec(
                               "SELECT cardinality(parameter_types) FROM pg_prepared_statements "
                               "WHERE name = 'statement'")[0][0]
                             .as<int>();
  std::string values;
  for (int i = 0; i < parameters; ++i) values += i == 0 ? "NULL" : ", NULL";
  return tx.exec("EXPLAIN EXECUTE statement" + (values.empty() ? "" : "(" + values + ")"));
}

TEST(Statements, EachIsPlannedByTheServerOnTheMigratedSchema) {
  const tests::TestDatabase db;
  pqxx::connection connection{db.url()};
  int planned = 0;
  for (const auto& [name, text] : statements()) {
    std::string sql = without_comments(text);
    if (name == "events_cte") sql = "WITH " + sql + " SELECT * FROM events";
    if (!can_be_planned(sql)) continue;
    pqxx::work tx{connection};
    try {
      EXPECT_FALSE(explain(tx, sql).empty()) << name;
      ++planned;
    } catch (const pqxx::failure& error) {
      ADD_FAILURE() << "schema/statements/" << name << ".sql: " << error.what();
    }
    tx.abort();
    pqxx::nontransaction{connection}.exec("DEALLOCATE ALL");
  }
  EXPECT_GT(planned, 30);
}

}  // namespace
