#include "projections/array_literal.hpp"

#include <gtest/gtest.h>

#include <random>

#include "projections/harness/transaction.hpp"
#include "tests/support/test_database.hpp"

namespace {

using projections::array_literal;

TEST(ArrayLiteral, ComesBackFromTheServerAsItWas) {
  const tests::TestDatabase db;
  projections::harness::Transaction transaction{db.url()};
  const std::vector<std::string> pieces = {"",  "NULL", "null", "\"", "\\", "{", "}",  ",",
                                           " ", "'",    "\n",   "ü",  "%s", "a", "$1", "--"};
  std::mt19937 random{11};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> texts(random() % 6);
    for (auto& text : texts) {
      for (unsigned n = random() % 4; n > 0; --n) text += pieces[random() % pieces.size()];
    }
    std::vector<std::string> back;
    for (const auto& row :
         transaction.tx().exec("SELECT unnest($1::text[])", array_literal(texts))) {
      ASSERT_FALSE(row[0].is_null());
      back.emplace_back(row[0].c_str());
    }
    ASSERT_EQ(back, texts) << array_literal(texts);
  }
}

TEST(ArrayLiteral, RefusesANulCharacter) {
  const std::vector<std::string> texts = {std::string("a\0b", 3)};
  EXPECT_THROW((void)array_literal(texts), std::invalid_argument);
}

}  // namespace
