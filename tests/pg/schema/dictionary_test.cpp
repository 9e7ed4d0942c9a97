#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "tests/support/data_dictionary.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"
#include "tests/support/test_database.hpp"

namespace {

using tests::Dictionary;
using tests::TestDatabase;

constexpr const char* columns_and_indexes = R"(
  SELECT format('%s.%s | %s | %s | %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'no' ELSE 'yes' END, pg_get_expr(d.adbin, d.adrelid))
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
   UNION ALL
  SELECT format('%s: %s | %s', i.tablename, i.indexname,
                regexp_replace(i.indexdef, '^CREATE (UNIQUE )?INDEX .* USING ', '\1'))
    FROM pg_indexes i WHERE i.schemaname = 'public')";

Dictionary dictionary_of(const TestDatabase& db) {
  Dictionary dictionary;
  for (const auto& row : db.run(columns_and_indexes)) dictionary.insert(row[0].c_str());
  return dictionary;
}

std::string readme() {
  return tests::read_file(tests::source_dir() + "/schema/README.md");
}

// What one has and the other has not.
std::vector<std::string> difference(const Dictionary& one, const Dictionary& other) {
  std::vector<std::string> lines;
  std::ranges::set_difference(one, other, std::back_inserter(lines));
  return lines;
}

TEST(SchemaDictionary, SaysWhatTheMigratedSchemaIs) {
  const Dictionary said = tests::read_dictionary(readme());
  const Dictionary real = dictionary_of(TestDatabase{});
  EXPECT_GT(said.size(), 80U) << "the README's tables were not read";
  EXPECT_THAT(difference(said, real), ::testing::IsEmpty()) << "said, but not there";
  EXPECT_THAT(difference(real, said), ::testing::IsEmpty()) << "there, but not said";
}

TEST(SchemaDictionary, NoticesAColumnAnIndexAndADefaultThatNobodyDescribed) {
  const TestDatabase db;
  db.run("ALTER TABLE event_lane ADD COLUMN owner text");
  db.run("CREATE INDEX by_date ON event_publication (publication_date)");
  db.run("ALTER TABLE event_attempt ALTER COLUMN at DROP DEFAULT");
  const Dictionary said = tests::read_dictionary(readme());
  EXPECT_EQ(difference(dictionary_of(db), said).size(), 3U);
  EXPECT_EQ(difference(said, dictionary_of(db)).size(), 1U);
}

TEST(SchemaDictionary, NoticesALineThatIsMissing) {
  std::string text = readme();
  const auto line = text.find("| parked |");
  ASSERT_NE(line, std::string::npos);
  text.erase(line, text.find('\n', line) - line + 1);
  const Dictionary real = dictionary_of(TestDatabase{});
  EXPECT_THAT(difference(real, tests::read_dictionary(text)),
              ::testing::ElementsAre("event_publication.parked | boolean | no | false"));
}

}  // namespace
