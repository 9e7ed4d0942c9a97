#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/authority.hpp"
#include "tests/support/effects.hpp"
#include "tests/support/private_cluster.hpp"
#include "tests/support/relay_config.hpp"

namespace {

using tests::Effects;
using tests::Ended;
using tests::PrivateCluster;
using tests::RelayConfig;
using tests::TestDatabase;

constexpr const char* password = "pa55-w0rd";

/// A server with TLS, and an authority of our own.
class Tls : public ::testing::Test {
 protected:
  Tls() {
    cluster_.configure("ssl = on");
    cluster_.configure("ssl_cert_file = '" + path("server.pem") + "'");
    cluster_.configure("ssl_key_file = '" + path("server.key") + "'");
    db_.run(std::string{"ALTER ROLE postgres PASSWORD '"} + password + "'");
    cluster_.stop();  // it starts again with a certificate
    std::ofstream{cluster_.folder() + "/data/pg_hba.conf"}
        << "local all all trust\nhostssl all all all scram-sha-256\n";
  }

  [[nodiscard]] std::string path(const std::string& file) const {
    return cluster_.folder() + "/" + file;
  }
  /// Starts the server with a certificate for a host, valid from `from` to `until`.
  void serve(const std::string& host, const std::string& from, const std::string& until) const {
    authority_.issue("server", "DNS:" + host, from, until);
    PrivateCluster::give_to_server(path("server.key"));
    std::filesystem::permissions(path("server.key"), std::filesystem::perms::owner_read);
    cluster_.start();
  }
  [[nodiscard]] std::string url(const std::string& secret,
                                const std::string& more = "&hostaddr=127.0.0.1") const {
    return "postgresql://postgres:" + secret + "@localhost:" + std::to_string(cluster_.port()) +
           "/app?sslmode=verify-full&sslrootcert=" + authority_.certificate() + more;
  }
  void expect_refused(const std::string& words) const {
    RelayConfig config{url(password)};
    config.add("effects", "Thing", "SELECT FROM events");
    for (const char* verb : {"run", "status", "migrate"}) {
      const Ended ended = config.run({verb});
      EXPECT_EQ(ended.code, 3) << ended.err;
      EXPECT_NE(ended.err.find(words), std::string::npos) << ended.err;
      EXPECT_EQ((ended.out + ended.err).find(password), std::string::npos) << ended.err;
    }
  }

  PrivateCluster cluster_;
  tests::Authority authority_{cluster_.folder()};
  TestDatabase db_ = started();
  Effects effects_{db_};

 private:
  TestDatabase started() {
    cluster_.start();
    return TestDatabase::on(cluster_.url(), "app");
  }
};

TEST_F(Tls, ACertificateForAnotherHostIsRefusedInWordsWithoutTheSecret) {
  serve("db.example", "20200101000000Z", "20991231000000Z");
  expect_refused("\"localhost\"");
}

TEST_F(Tls, AnExpiredCertificateIsRefusedInWordsWithoutTheSecret) {
  serve("localhost", "20200101000000Z", "20200102000000Z");
  expect_refused("certificate");
}

TEST_F(Tls, AGoodCertificateIsTakenAndAWrongPasswordBehindItIsNot) {
  serve("localhost", "20200101000000Z", "20991231000000Z");
  RelayConfig config{url(password)};
  config.add("effects", "Thing", effects_.sql());
  const Ended drained = config.run({"run", "--drain"});
  EXPECT_EQ(drained.code, 0) << drained.err;
  config.url = url(password, "");  // its name is looked up, and stays what the certificate is for
  const Ended by_name = config.run({"run", "--drain"});
  EXPECT_EQ(by_name.code, 0) << by_name.err;
  config.url = url("wr0ng-pass");
  const Ended refused = config.run({"run"});
  EXPECT_EQ(refused.code, 3);
  EXPECT_NE(refused.err.find("password authentication failed"), std::string::npos) << refused.err;
  EXPECT_EQ(refused.err.find("wr0ng-pass"), std::string::npos) << refused.err;
}

}  // namespace
