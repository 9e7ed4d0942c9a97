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

/// Of all of them, in their order.
std::vector<preflight::SessionBudget> budgets_of(const settings::Settings& settings) {
  const SessionBudgets budgets{settings};
  std::vector<preflight::SessionBudget> all;
  for (const settings::Database& one : settings.databases) all.push_back(budgets.of(one));
  return all;
}

void expect(const preflight::SessionBudget& is, int here, int as_role, int on_server) {
  EXPECT_EQ(is.here, here);
  EXPECT_EQ(is.as_role, as_role);
  EXPECT_EQ(is.on_server, on_server);
}

TEST(SessionBudgets, TheProcesssCountsOnceForTheDatabasesOfAServer) {
  auto budget = budgets_of(fleet(
      {{"postgresql://u@one/a", 0}, {"postgresql://u@one/b", 0}, {"postgresql://u@two/a", 0}}));
  expect(budget[0], 40, 40, 40);
  expect(budget[1], 40, 0, 0);
  expect(budget[2], 40, 40, 40);
}

TEST(SessionBudgets, WhatDatabasesMayHaveAtMostAddsUpToTheProcesss) {
  auto budget = budgets_of(fleet(
      {{"postgresql://u@one/a", 10}, {"postgresql://v@one/b", 15}, {"postgresql://u@one/c", 12}}));
  expect(budget[0], 10, 22, 37);
  expect(budget[1], 15, 15, 0);
  expect(budget[2], 12, 0, 0);
  budget = budgets_of(fleet({{"postgresql://u@one/a", 30}, {"postgresql://u@one/b", 30}}));
  expect(budget[0], 30, 40, 40);
}

TEST(SessionBudgets, OneDatabaseWithSeveralSchemasIsToldOnce) {
  auto budget = budgets_of(fleet({{"postgresql://u@one/a", 10}, {"host=one user=u dbname=a", 20}}));
  expect(budget[0], 30, 30, 30);
  expect(budget[1], 0, 0, 0);
}

TEST(SessionBudgets, AnAddressThatLeadsNowhereWantsNothing) {
  auto budget = budgets_of(fleet({{"no address", 0}, {"postgresql://u@one/a", 0}}));
  expect(budget[0], 0, 0, 0);
  expect(budget[1], 40, 40, 40);
}

TEST(SessionBudgets, ADatabaseThatCameLaterIsHeldAgainstItsOwnLimitAlone) {
  const SessionBudgets budgets{fleet({{"postgresql://u@one/a", 0}})};
  settings::Database late;
  late.name = "late";
  late.url = "postgresql://u@one/late";
  expect(budgets.of(late), 40, 0, 0);
  late.connections = 7;
  expect(budgets.of(late), 7, 0, 0);
}

}  // namespace
}  // namespace relay::wiring
