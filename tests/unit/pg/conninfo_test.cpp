#include "relay/pg/conninfo.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "relay/pg/connection.hpp"

namespace relay::pg {
namespace {

ConninfoOptions with_path(const std::string& text, const std::vector<std::string>& schemas) {
  return read_conninfo(with_search_path(text, schemas), "test", Wanted::writer).options;
}

TEST(SearchPath, IsAnOptionAndLeavesTheRestAsItWas) {
  const std::string url =
      "postgresql://relay:p%27a%20s%5Cs@a:5433,b/app?sslmode=require&connect_timeout=7";
  const ConninfoOptions options = with_path(url, {"billing", "public"});
  EXPECT_EQ(options.at("options"), "-c search_path=\"billing\",\"public\"");
  ConninfoOptions before = read_conninfo(url, "test", Wanted::writer).options;
  before["options"] = options.at("options");
  EXPECT_EQ(options, before);
}

TEST(SearchPath, StandsBehindTheOptionsThatAreThere) {
  EXPECT_EQ(with_path("host=a options='-c jit=off -c search_path=old'", {"new"}).at("options"),
            "-c jit=off -c search_path=old -c search_path=\"new\"");
  EXPECT_EQ(with_path(with_search_path("host=a", {"one", "public"}), {"one"}).at("options"),
            "-c search_path=\"one\",\"public\" -c search_path=\"one\"");
}

TEST(SearchPath, KeepsOptionsOfTheEnvironmentThatItWouldHide) {
  ::setenv("PGOPTIONS", "-c jit=off", 1);
  const ConninfoOptions options = with_path("host=a", {"new"});
  const ConninfoOptions own = with_path("host=a options='-c geqo=off'", {"new"});
  ::unsetenv("PGOPTIONS");
  EXPECT_EQ(options.at("options"), "-c jit=off -c search_path=\"new\"");
  EXPECT_EQ(own.at("options"), "-c geqo=off -c search_path=\"new\"") << "libpq goes by these alone";
}

TEST(SearchPath, WritesAnyNameSoThatTheServerReadsItAsOne) {
  EXPECT_EQ(with_path("host=a", {"the \"other\" o\\ne, it's"}).at("options"),
            "-c search_path=\"the\\ \"\"other\"\"\\ o\\\\ne,\\ it's\"");
}

TEST(SearchPath, DoesNotRepeatAUrlThatCannotBeRead) {
  try {
    (void)with_search_path("s3cret nonsense", {"one"});
    FAIL() << "it was read";
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string{error.what()}.find("s3cret"), std::string::npos) << error.what();
  }
}

TEST(SearchPath, LeadsToTheSameServer) {
  for (const char* text : {"postgresql://relay@db.example:6432/app", "dbname=app", "host=/run"}) {
    EXPECT_EQ(server_of(with_search_path(text, {"billing", "public"})), server_of(text)) << text;
  }
}

}  // namespace
}  // namespace relay::pg
