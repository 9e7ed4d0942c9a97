#include "tests/tidy/tidy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tidy/source.hpp"

// Every rule is shown to fail on a planted violation and to pass on its lawful twin.
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using tests::tidy::File;

// What one rule says against some files, as "path:line what".
std::vector<std::string> said(const std::string& rule, const std::vector<File>& tree) {
  std::vector<std::string> lines;
  for (const auto& violation : tests::tidy::violations_of(tree)) {
    if (violation.rule != rule) continue;
    lines.push_back(violation.path + ":" + std::to_string(violation.line) + " " + violation.what);
  }
  return lines;
}

std::vector<std::string> included(const std::string& path, const std::string& header) {
  return said("arrows", {{path, "#include \"" + header + "\"\n"}});
}

TEST(Tidy, ForbidsAnArrowFromOneRoomToAnother) {
  EXPECT_THAT(included("relay/lanes/a.cpp", "relay/measure/recorder.hpp"),
              ElementsAre("relay/lanes/a.cpp:1 no arrow leads to \"relay/measure/recorder.hpp\""));
  EXPECT_THAT(included("relay/lanes/a.cpp", "relay/lanes/b.hpp"), IsEmpty());
  EXPECT_THAT(included("relay/measure/a.cpp", "relay/pg/connection.hpp"), IsEmpty());
  EXPECT_EQ(included("relay/lanes/a.cpp", "relay/pg/connection.hpp").size(), 1U) << "it is pure";
}

TEST(Tidy, ForbidsAnArrowThatPointsUp) {
  EXPECT_EQ(included("projections/tx.cpp", "relay/base/log.hpp").size(), 1U);
  EXPECT_EQ(included("relay/pg/a.cpp", "relay/lanes/reach.hpp").size(), 1U);
  EXPECT_EQ(included("relay/base/a.cpp", "relay/pg/connection.hpp").size(), 1U);
  EXPECT_EQ(included("relay/lanes/a.cpp", "relay/engine/engine.hpp").size(), 1U);
  EXPECT_EQ(included("relay/engine/a.cpp", "relay/wiring/process/run_relay.hpp").size(), 1U);
  EXPECT_EQ(included("relay/main.cpp", "relay/lanes/reach.hpp").size(), 1U);
  EXPECT_EQ(included("relay/lanes/a.cpp", "tests/support/test_database.hpp").size(), 1U);
  EXPECT_THAT(included("relay/wiring/a.cpp", "relay/engine/engine.hpp"), IsEmpty());
  EXPECT_THAT(included("relay/main.cpp", "relay/wiring/cli/command_line.hpp"), IsEmpty());
}

TEST(Tidy, ForbidsAnIncludeThatDoesNotBeginAtTheTop) {
  EXPECT_EQ(included("relay/lanes/a.cpp", "source.hpp").size(), 1U);
  EXPECT_EQ(included("relay/lanes/a.cpp", "../pg/connection.hpp").size(), 1U);
}

TEST(Tidy, ForbidsARoomThatTheLawDoesNotKnow) {
  EXPECT_THAT(said("arrows", {{"relay/utils/a.cpp", ""}}),
              ElementsAre("relay/utils/a.cpp:0 in a room that the law does not know"));
}

TEST(Tidy, ForbidsALibraryOutsideItsRoom) {
  const std::string text = "\n#include <toml++/toml.h>\n";
  EXPECT_THAT(said("libraries", {{"relay/lanes/a.cpp", text}}),
              ElementsAre("relay/lanes/a.cpp:2 toml++/toml.h belongs to another room"));
  EXPECT_THAT(said("libraries", {{"relay/settings/a.cpp", text}}), IsEmpty());
}

TEST(Tidy, LetsTheExampleOfAConsumerKnowKafkaAndNothingElseOfConfig) {
  const std::string text = "#include <librdkafka/rdkafkacpp.h>\n";
  EXPECT_THAT(said("libraries", {{"config/example_consumer.cpp", text}}), IsEmpty());
  EXPECT_THAT(said("libraries", {{"relay/forward/kafka/kafka_sink.cpp", text}}), IsEmpty());
  EXPECT_EQ(said("libraries", {{"config/example_service.cpp", text}}).size(), 1U);
  EXPECT_EQ(said("libraries", {{"relay/forward/forward.cpp", text}}).size(), 1U);
}

TEST(Tidy, LetsRowsTravelToTheStoreAndNoFurther) {
  const std::string rows = "#include <pqxx/result>\n";
  EXPECT_THAT(said("libraries", {{"relay/store/outbox/a.hpp", rows}}), IsEmpty());
  EXPECT_EQ(said("libraries", {{"relay/decode/a.hpp", rows}}).size(), 1U);
  EXPECT_EQ(said("libraries", {{"relay/engine/a.cpp", rows}}).size(), 1U);
  EXPECT_EQ(said("libraries", {{"relay/store/a.hpp", rows}}).size(), 1U);
  EXPECT_EQ(said("libraries", {{"relay/store/outbox/a.hpp", "#include <pqxx/pqxx>\n"}}).size(), 1U);
}

TEST(Tidy, ShowsTheEngineTheStoresDoorAndNothingBehindIt) {
  EXPECT_THAT(included("relay/engine/a.cpp", "relay/store/store.hpp"), IsEmpty());
  EXPECT_EQ(included("relay/engine/a.cpp", "relay/store/outbox/outbox_store.hpp").size(), 1U);
  EXPECT_EQ(included("relay/engine/a.cpp", "relay/pg/connection.hpp").size(), 1U);
  EXPECT_EQ(included("relay/engine/a.cpp", "schema/statements.hpp").size(), 1U);
  EXPECT_EQ(included("relay/store/a.hpp", "relay/pg/connection.hpp").size(), 1U);
  EXPECT_EQ(included("relay/store/a.hpp", "schema/statements.hpp").size(), 1U);
}

TEST(Tidy, ForbidsALibraryThatTheLawDoesNotKnow) {
  EXPECT_EQ(said("libraries", {{"relay/pg/a.cpp", "#include <boost/asio.hpp>\n"}}).size(), 1U);
  EXPECT_THAT(said("libraries", {{"relay/pg/a.cpp", "#include <vector>\n#include <sys/wait.h>\n"}}),
              IsEmpty());
}

TEST(Tidy, ForbidsALongFile) {
  std::string text;
  for (int line = 0; line < 300; ++line) text += "\n";
  EXPECT_THAT(said("size", {{"schema/V001__a.sql", text}}), IsEmpty());
  EXPECT_THAT(said("size", {{"schema/V001__a.sql", text + "\n"}}),
              ElementsAre("schema/V001__a.sql:0 301 lines, 300 at most"));
  EXPECT_THAT(said("size", {{"dev", text + "\n"}}), IsEmpty());
  EXPECT_THAT(said("size", {{"README.md", text + "\n"}}), IsEmpty());
}

TEST(Tidy, CountsTheCharactersOfALineNotItsBytes) {
  std::string umlauts;
  for (int i = 0; i < 100; ++i) umlauts += "ä";
  EXPECT_THAT(said("size", {{"bench/a.sh", umlauts + "\n"}}), IsEmpty());
  EXPECT_THAT(said("size", {{"bench/a.sh", "\n" + umlauts + "b\n"}}),
              ElementsAre("bench/a.sh:2 101 characters, 100 at most"));
}

TEST(Tidy, ForbidsALongFunction) {
  std::string body;
  for (int line = 0; line < 68; ++line) body += "  work();\n";
  const auto file = [&](const std::string& more) {
    return File{"relay/pg/a.cpp", "namespace a {\nvoid f() {\n" + body + more + "}\n}\n"};
  };
  EXPECT_THAT(said("size", {file("")}), IsEmpty());
  EXPECT_THAT(said("size", {file("  // {\n")}),
              ElementsAre("relay/pg/a.cpp:2 71 lines of void f(), 70 at most"));
}

TEST(Tidy, FindsFunctionsWhereverTheyStand) {
  const auto functions = tests::tidy::functions_of(
      "template <class T>\n  requires(sizeof(T) > 1)\nint g(T t) {\n  return [] { return 1; "
      "}();\n}\n"
      "struct S {\n  int v = f();\n  std::vector<int> w{1, 2};\n"
      "  S(int a) : a_(a) {\n    if (a) {\n    }\n  }\n};\n"
      "enum class E { one };\nint table[] = {1, 2};\n"
      "TEST(A, B) {\n  const char* text = R\"({{{)\" \"}\";\n  char c = '{';\n}\n");
  ASSERT_EQ(functions.size(), 3U);
  EXPECT_EQ(functions[0].first_line, 1);
  EXPECT_EQ(functions[0].last_line, 5);
  EXPECT_EQ(functions[1].first_line, 9);
  EXPECT_EQ(functions[1].last_line, 12);
  EXPECT_EQ(functions[2].first_line, 16);
  EXPECT_EQ(functions[2].last_line, 19);
}

TEST(Tidy, ForbidsAFileThatIsNotNamedInSnakeCase) {
  EXPECT_EQ(said("names", {{"relay/pg/Connection.cpp", ""}, {"bench/my-bench.sh", ""}}).size(), 2U);
  EXPECT_EQ(said("names", {{"schema/V1_a.sql", ""}}).size(), 1U);
  EXPECT_THAT(said("names", {{"relay/pg/a_b2.cpp", ""}, {"schema/V001__a_b.sql", ""}}), IsEmpty());
}

TEST(Tidy, ForbidsAHeaderWithoutPragmaOnce) {
  EXPECT_EQ(said("headers", {{"relay/pg/a.hpp", "#ifndef A\n"}}).size(), 1U);
  EXPECT_THAT(said("headers", {{"relay/pg/a.hpp", "#pragma once\n"}}), IsEmpty());
}

TEST(Tidy, ForbidsAStatementWithAnotherName) {
  EXPECT_THAT(said("statements", {{"schema/statements/claim.sql", "-- name: other\nSELECT 1;\n"}}),
              ElementsAre("schema/statements/claim.sql:1 does not begin with \"-- name: claim\""));
}

TEST(Tidy, ForbidsTwoStatementsInOneFileAndNone) {
  const auto statement = [](const std::string& sql) {
    return said("statements", {{"schema/statements/a.sql", "-- name: a\n" + sql}});
  };
  EXPECT_EQ(statement("SELECT 1; SELECT 2\n").size(), 1U);
  EXPECT_EQ(statement("-- nothing\n").size(), 1U);
  EXPECT_EQ(statement("SAVEPOINT a; SELECT 2\n").size(), 1U);
  EXPECT_THAT(statement("SAVEPOINT a; SET CONSTRAINTS ALL DEFERRED\n"), IsEmpty());
  EXPECT_THAT(statement("SELECT ';', $1, $x$;$x$ /* ; */ -- ;\n;\n"), IsEmpty());
  EXPECT_THAT(statement("SELECT 1\n"), IsEmpty());
}

TEST(Tidy, ForbidsWordsThatLoseOwnership) {
  const auto words = [](const std::string& code) {
    return said("words", {{"relay/lanes/a.cpp", code}});
  };
  EXPECT_EQ(words("using namespace std;\n").size(), 1U);
  EXPECT_EQ(words("auto* p = new int;\ndelete p;\n").size(), 2U);
  EXPECT_EQ(words("std::thread(work).detach();\n").size(), 1U);
  EXPECT_THAT(words("using namespace std::chrono_literals;\n"), IsEmpty());
  EXPECT_THAT(words("A(const A&) = delete;  // a new one\nconst char* t = \"delete from\";\n"),
              IsEmpty());
}

TEST(Tidy, ForbidsASleepInTheRelay) {
  const std::string text = "std::this_thread::sleep_for(1s);\n";
  EXPECT_THAT(said("words", {{"relay/engine/a.cpp", text}}),
              ElementsAre("relay/engine/a.cpp:1 a sleep that nothing can end"));
  EXPECT_THAT(said("words", {{"relay/base/pause.cpp", text}}), IsEmpty());
}

TEST(Tidy, ForbidsWhatIsBroughtInAndNotUsed) {
  const auto uses = [](const std::string& code) {
    return said("uses", {{"relay/lanes/a.cpp", code}});
  };
  EXPECT_THAT(uses("\nusing tests::eventually;\ntests::eventually(a.eventually, b->eventually);\n"),
              ElementsAre("relay/lanes/a.cpp:2 eventually is brought in and not used"));
  EXPECT_THAT(uses("namespace sql = schema::statements;\n// sql::claim\n"),
              ElementsAre("relay/lanes/a.cpp:1 sql is brought in and not used"));
  EXPECT_THAT(uses("namespace sql = schema::statements;\nusing std::chrono::seconds;\n"
                   "using namespace std::chrono_literals;\nnamespace a {\n"
                   "using Clock = std::chrono::steady_clock;\nrun(sql::claim, seconds{2});\n}\n"),
              IsEmpty());
  EXPECT_THAT(uses("struct Bad : Fault {\n  using Fault::Fault;\n};\n"), IsEmpty());
}

TEST(Tidy, ForbidsThePathOfOneMachine) {
  const std::string path = std::string{"/ho"} + "me/ada/freshet";
  EXPECT_THAT(said("paths", {{"README.md", "cd x\ncd " + path + "\n"}}),
              ElementsAre("README.md:2 a path of one machine"));
  EXPECT_THAT(said("paths", {{"README.md", "https://example.org" + path + "\n"}}), IsEmpty());
}

TEST(Tidy, AsksEachRoomAndFolderForAReadme) {
  const std::vector<File> tree = {{"relay/pg/a.cpp", ""},      {"relay/README.md", "r\n"},
                                  {"projections/a.cpp", ""},   {"projections/README.md", "p\n"},
                                  {"bench/README.md", "b\n"},  {"config/README.md", "c\n"},
                                  {"schema/README.md", "s\n"}, {"relay/base/README.md", "one\n"}};
  EXPECT_THAT(said("readmes", tree), ElementsAre("tests/:0 has no README.md",
                                                 "relay/base/README.md:0 has 1 lines, not 3 to 15",
                                                 "relay/pg/:0 has no README.md"));
}

}  // namespace
