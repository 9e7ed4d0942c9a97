#include "relay/wiring/process/session_budgets.hpp"

#include <gtest/gtest.h>

namespace relay::wiring {
namespace {

settings::Settings fleet(const std::vector<std::pair<std::string, int>>& databases) {
  settings::Settings settings;
  settings.relay.connections = 40;
  for (const auto& [url, connections] : databases) {
    settings::Database database;
    database.name = "d" + std::to_string(settings.databases.size());
    database.url = url;
    database.connections = connections;
    settings.databases.push_back(database);
  }
  return settings;
}

void expect(const preflight::SessionBudget& is, int here, int as_role, int on_server) {
  EXPECT_EQ(is.here, here);
  EXPECT_EQ(is.as_role, as_role);
  EXPECT_EQ(is.on_server, on_server);
}

TEST(SessionBudgets, TheProcesssCountsOnceForTheDatabasesOfAServer) {
  auto budgets = session_budgets(fleet(
      {{"postgresql://u@one/a", 0}, {"postgresql://u@one/b", 0}, {"postgresql://u@two/a", 0}}));
  expect(budgets["d0"], 40, 40, 40);
  expect(budgets["d1"], 40, 0, 0);
  expect(budgets["d2"], 40, 40, 40);
}

TEST(SessionBudgets, WhatDatabasesMayHaveAtMostAddsUpToTheProcesss) {
  auto budgets = session_budgets(fleet(
      {{"postgresql://u@one/a", 10}, {"postgresql://v@one/b", 15}, {"postgresql://u@one/c", 12}}));
  expect(budgets["d0"], 10, 22, 37);
  expect(budgets["d1"], 15, 15, 0);
  expect(budgets["d2"], 12, 0, 0);
  budgets = session_budgets(fleet({{"postgresql://u@one/a", 30}, {"postgresql://u@one/b", 30}}));
  expect(budgets["d0"], 30, 40, 40);
}

TEST(SessionBudgets, OneDatabaseWithSeveralSchemasIsToldOnce) {
  auto budgets =
      session_budgets(fleet({{"postgresql://u@one/a", 10}, {"host=one user=u dbname=a", 20}}));
  expect(budgets["d0"], 30, 30, 30);
  expect(budgets["d1"], 0, 0, 0);
}

TEST(SessionBudgets, AnAddressThatLeadsNowhereWantsNothing) {
  auto budgets = session_budgets(fleet({{"no address", 0}, {"postgresql://u@one/a", 0}}));
  expect(budgets["d0"], 0, 0, 0);
  expect(budgets["d1"], 40, 40, 40);
}

}  // namespace
}  // namespace relay::wiring
