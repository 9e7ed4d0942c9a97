#include "relay/operate/text/printable.hpp"

#include <gtest/gtest.h>

#include "relay/operate/text/text_table.hpp"

namespace relay::operate {
namespace {

TEST(Printable, ControlCharactersAndBrokenBytesAreEscaped) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\x7f"), "a\\x1b[2Jb\\r\\n\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b") << "C1 controls move cursors, too";
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("grün 東京"), "grün 東京");
}

TEST(Printable, MarksThatTurnTheWritingAreEscaped) {
  EXPECT_EQ(printable("a\xE2\x80\xAE"
                      "b\xE2\x81\xA6"
                      "c"),
            "a\\u202eb\\u2066c");
  EXPECT_EQ(printable("…"), "…");
}

TEST(Printable, APayloadKeepsItsLinesAndAllItsLength) {
  EXPECT_EQ(printable("{\n\t\"a\": \"\x1b\"\n}\n", true), "{\n\t\"a\": \"\\x1b\"\n}\n");
  std::string longer;
  for (int i = 0; i < 5'000; ++i) longer += "ü东";
  EXPECT_EQ(printable(longer), longer);
  EXPECT_EQ(printable(std::string(3'000, '\x01')).size(), 12'000U);
}

TEST(Printable, AKeyIsShownAsPeopleWriteIt) {
  EXPECT_EQ(shown_key("incident\x1fINC-1"), "incident/INC-1");
  EXPECT_EQ(shown_key("\x1fINC-1"), "INC-1");
  EXPECT_EQ(shown_key("0190a6f2"), "0190a6f2");
}

TEST(TextTable, CountsCharactersNotBytes) {
  EXPECT_EQ(text_table({{"a", "b"}, {"grün", "x"}, {"12345", "y"}}),
            "a      b\ngrün   x\n12345  y\n");
}

}  // namespace
}  // namespace relay::operate
