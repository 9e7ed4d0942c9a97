#include "relay/decode/payload_check.hpp"

#include <gtest/gtest.h>

#include <random>

#include "relay/pg/connection.hpp"
#include "tests/support/test_database.hpp"

namespace {

using relay::decode::payload_fault;

std::string nested(int depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(PayloadCheck, PassesWhatAnApplicationWrites) {
  for (const char* good :
       {R"({"a":1})", "[]", "null", "\"x\"", "0", " {\"a\" : [1, 2.5e3, true] } ",
        R"({"a":"\u00e9\ud83d\ude00"})", R"({"a":1,"a":2})", "123456789012345678901234567890"}) {
    EXPECT_EQ(payload_fault(good), std::nullopt) << good;
  }
}

TEST(PayloadCheck, SaysWhyInWordsAndWithoutTheContent) {
  const auto fault = payload_fault(R"({"secret": tru})");
  ASSERT_TRUE(fault);
  EXPECT_NE(fault->find("not JSON"), std::string::npos) << *fault;
  EXPECT_EQ(fault->find("secret"), std::string::npos) << *fault;
}

TEST(PayloadCheck, RefusesWhatJsonbRefuses) {
  for (const char* bad :
       {"", " ", "{", "nul", R"({"a":"\u0000"})", R"({"\u0000":1})", R"("\ud800")", "1e999999",
        "{'a':1}", "[1,]", "\xEF\xBB\xBF{}", "NaN", "{} {}"}) {
    EXPECT_NE(payload_fault(bad), std::nullopt) << bad;
  }
}

TEST(PayloadCheck, BoundsTheDepthWithoutRecursion) {
  EXPECT_EQ(payload_fault(nested(relay::decode::depth_max)), std::nullopt);
  EXPECT_NE(payload_fault(nested(relay::decode::depth_max + 1)), std::nullopt);
  EXPECT_NE(payload_fault(nested(100'000)), std::nullopt);
}

// What passes here must cast to jsonb, or a SQL projection would fail on it later.
TEST(PayloadCheck, WhateverPassesAlsoCastsToJsonb) {
  const tests::TestDatabase db;
  relay::pg::Connection connection{db.url()};
  const std::string seed_text =
      R"({"a":[1,-2.5e-7,1e308,0.1],"b":{"c":"\u00e9\n\ud83d\ude00","d":null},"e":true})";
  const std::string alphabet = "{}[]\",:0123456789eE+-.truefalsn\\u0d8 \t\n";
  std::mt19937 random{20261121};
  int passed = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = seed_text;
    for (unsigned change = 0; change <= random() % 3; ++change) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = alphabet[random() % alphabet.size()]; break;
        case 1: text.erase(at, 1 + random() % 3); break;
        default: text.insert(at, 1, alphabet[random() % alphabet.size()]);
      }
      if (text.empty()) text = "0";
    }
    if (payload_fault(text)) continue;
    ++passed;
    EXPECT_NO_THROW(connection.exec("SELECT $1::jsonb", text)) << text;
  }
  EXPECT_GT(passed, 1'000);
}

TEST(PayloadCheck, NumbersAtTheEdgeOfWhatPassesCastToJsonb) {
  const tests::TestDatabase db;
  relay::pg::Connection connection{db.url()};
  for (const std::string& text :
       {std::string{"1e-1000"}, std::string{"1.7976931348623157e308"}, "1" + std::string(300, '0'),
        "0." + std::string(900, '0') + "1", std::string{"-0"}, std::string{"1E-999"}}) {
    EXPECT_EQ(payload_fault(text), std::nullopt) << text;
    EXPECT_NO_THROW(connection.exec("SELECT $1::jsonb", text)) << text;
  }
  EXPECT_NE(payload_fault("1e-1001"), std::nullopt);
  EXPECT_NE(payload_fault("0." + std::string(2'000, '0') + "1"), std::nullopt);
}

}  // namespace
