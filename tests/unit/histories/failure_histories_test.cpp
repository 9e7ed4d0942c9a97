#include "projections/failure.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <pqxx/pqxx>

#include "tests/unit/histories/dice.hpp"

namespace {

using projections::Failure;
using projections::FailureKind;

constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

Failure of_state(const std::string& sqlstate) {
  return projections::failure_of(
      std::make_exception_ptr(pqxx::sql_error{"ERROR:  no", "SELECT", sqlstate.c_str()}));
}

/// What the errors of a class ask for, told by its first two
/// characters; the single codes that differ from their class stand before.
FailureKind expected(const std::string& sqlstate) {
  static const std::map<std::string, FailureKind> singles = {
      {"55P03", FailureKind::conflict},   {"40003", FailureKind::connection},
      {"57014", FailureKind::timeout},    {"25006", FailureKind::connection},
      {"25P03", FailureKind::connection}, {"25P04", FailureKind::connection}};
  static const std::map<std::string, FailureKind> classes = {
      {"08", FailureKind::connection},    {"53", FailureKind::connection},
      {"57", FailureKind::connection},    {"58", FailureKind::connection},
      {"XX", FailureKind::connection},    {"F0", FailureKind::connection},
      {"40", FailureKind::conflict},      {"28", FailureKind::configuration},
      {"3D", FailureKind::configuration}, {"3F", FailureKind::configuration},
      {"0P", FailureKind::configuration}, {"42", FailureKind::configuration}};
  if (const auto one = singles.find(sqlstate); one != singles.end()) return one->second;
  const auto all = classes.find(sqlstate.substr(0, 2));
  return all == classes.end() ? FailureKind::event : all->second;
}

TEST(FailureHistories, EverySqlstateHasTheKindOfItsClass) {
  for (const char first : digits) {
    for (const char second : digits) {
      const std::string of_class{first, second};
      for (const char* code : {"000", "001", "003", "006", "014", "P01", "P02", "P03", "P04"}) {
        ASSERT_EQ(of_state(of_class + code).kind, expected(of_class + code)) << of_class << code;
      }
    }
  }
}

TEST(FailureHistories, NoFaultOfTheInfrastructureIsEverCountedAgainstAnEvent) {
  constexpr std::array infrastructure = {"08", "40", "53", "57", "58", "XX", "F0"};
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    tests::histories::Dice dice{seed};
    std::string sqlstate = infrastructure[static_cast<std::size_t>(dice.below(7))];
    for (int i = 0; i < 3; ++i) sqlstate += digits[static_cast<std::size_t>(dice.below(36))];
    const Failure failure = of_state(sqlstate);
    ASSERT_NE(failure.kind, FailureKind::event) << sqlstate;
    ASSERT_EQ(failure.sqlstate, sqlstate);
    ASSERT_EQ(of_state(sqlstate).kind, failure.kind) << "twice the same";
  }
}

TEST(FailureHistories, AnyBytesMakeOneLineThatTheLogAndTheTableTake) {
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    tests::histories::Dice dice{seed};
    std::string text(static_cast<std::size_t>(dice.below(1'500)), ' ');
    for (char& c : text)
      c = static_cast<char>(dice.percent(60) ? 32 + dice.below(95) : dice.below(256));
    const std::string line = projections::one_line(text);
    ASSERT_LE(line.size(), 1'000U) << seed;
    ASSERT_EQ(projections::one_line(line), line) << seed << ": what is fit stays as it is";
    for (const char c : line) ASSERT_FALSE(static_cast<unsigned char>(c) < 32 || c == 127) << seed;
  }
}

}  // namespace
