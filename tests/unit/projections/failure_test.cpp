#include "projections/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <pqxx/pqxx>

namespace {

using projections::Failure;
using projections::failure_of;
using projections::FailureKind;
using projections::one_line;

template <class Error>
Failure of(const Error& error) {
  return failure_of(std::make_exception_ptr(error));
}

Failure of_state(const char* sqlstate) {
  return of(pqxx::sql_error{"ERROR:  no\n", "SELECT secret", sqlstate});
}

TEST(Failure, SqlstateDecides) {
  const std::pair<const char*, FailureKind> cases[] = {
      {"40001", FailureKind::conflict},      {"40P01", FailureKind::conflict},
      {"55P03", FailureKind::conflict},      {"57014", FailureKind::timeout},
      {"08006", FailureKind::connection},    {"57P01", FailureKind::connection},
      {"25006", FailureKind::connection},    {"53300", FailureKind::connection},
      {"58030", FailureKind::connection},    {"28P01", FailureKind::configuration},
      {"3D000", FailureKind::configuration}, {"42501", FailureKind::configuration},
      {"42P01", FailureKind::configuration}, {"42883", FailureKind::configuration},
      {"22P02", FailureKind::event},         {"23505", FailureKind::event},
      {"P0001", FailureKind::event},         {"25P02", FailureKind::event},
      {"21000", FailureKind::event}};
  for (const auto& [sqlstate, kind] : cases) {
    EXPECT_EQ(of_state(sqlstate).kind, kind) << sqlstate;
    EXPECT_EQ(of_state(sqlstate).sqlstate, sqlstate);
  }
}

TEST(Failure, ACancelFromOutsideIsNoTimeOut) {
  const auto kind_of = [](const char* text) { return of(pqxx::sql_error{text, "", "57014"}).kind; };
  EXPECT_EQ(kind_of("ERROR:  canceling statement due to statement timeout\n"),
            FailureKind::timeout);
  EXPECT_EQ(kind_of("ERROR:  canceling statement due to user request\n"), FailureKind::conflict);
}

// libpqxx 7.10 wants statement and SQLSTATE of these too; before, none could be given.
template <class Error>
Error without_state() {
  if constexpr (std::is_constructible_v<Error, std::string, std::string, const char*>) {
    return Error{"ERROR:  x", "", nullptr};
  } else {
    return Error{"ERROR:  x"};
  }
}

TEST(Failure, TheClassDecidesWhereTheDriverKeepsNoSqlstate) {
  EXPECT_EQ(of(without_state<pqxx::deadlock_detected>()).sqlstate, "40P01");
  EXPECT_EQ(of(without_state<pqxx::serialization_failure>()).kind, FailureKind::conflict);
  EXPECT_EQ(of(without_state<pqxx::statement_completion_unknown>()).kind, FailureKind::connection);
  EXPECT_EQ(of(pqxx::broken_connection{"x"}).kind, FailureKind::connection);
  EXPECT_EQ(of(pqxx::in_doubt_error{"x"}).kind, FailureKind::connection);
  EXPECT_EQ(of(std::runtime_error{"x"}).kind, FailureKind::event);
  EXPECT_EQ(of(7).kind, FailureKind::event);
}

TEST(Failure, KeepsThePrimaryLineOnly) {
  const pqxx::sql_error error{
      "ERROR:  duplicate key value\nDETAIL:  Key (mail)=(ann@example.org) already exists.\n",
      "INSERT INTO secret", "23505"};
  EXPECT_EQ(of(error).message, "duplicate key value");
  EXPECT_EQ(of(pqxx::sql_error{"FEHLER:  Division durch Null\n", "", "22012"}).message,
            "Division durch Null");
}

TEST(Failure, DoesNotQuoteThePayload) {
  try {
    const auto parsed = nlohmann::json::parse(R"({"password": secret})");
    FAIL() << parsed;
  } catch (const std::exception&) {
    const auto message = projections::current_failure().message;
    EXPECT_THAT(message, testing::HasSubstr("parse error at line 1"));
    EXPECT_THAT(message, testing::Not(testing::HasSubstr("secr")));
  }
}

TEST(OneLine, EscapesWhatALogOrATextColumnCannotTake) {
  EXPECT_EQ(one_line("a\nb\tc\x01\x7f"), "a\\nb\\tc\\x01\\x7f");
  EXPECT_EQ(one_line(std::string_view{"a\0b", 3}), "a\\x00b");
  EXPECT_EQ(one_line("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x98"), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x98");
  EXPECT_EQ(one_line("\xff\xc3("), "\\xff\\xc3(");
  EXPECT_EQ(one_line("\xed\xa0\x80\xc0\x80"), "\\xed\\xa0\\x80\\xc0\\x80");
  EXPECT_EQ(one_line("\xc2\x85"), "\\xc2\\x85");
}

TEST(OneLine, IsCutBetweenCharacters) {
  std::string text(999, 'a');
  EXPECT_EQ(one_line(text + "ü"), text);
  EXPECT_EQ(one_line(text + "b").size(), 1000U);
}

}  // namespace
