#include "relay/pg/hosts.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"

namespace {

using relay::pg::ConninfoOptions;
using relay::pg::Host;
using relay::pg::hosts_of;
using relay::pg::read_conninfo;
using relay::pg::Wanted;
using relay::pg::with_hosts;

/// A variable of the environment with another value, or none, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_ ? before_->c_str() : nullptr); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const char* value) const {
    if (value == nullptr) ::unsetenv(name_);
    if (value != nullptr) ::setenv(name_, value, 1);
  }

  const char* name_;
  std::optional<std::string> before_;
};

/// Whatever the environment says of hosts.
class Hosts : public ::testing::Test {
 private:
  Variable host_{"PGHOST", nullptr};
  Variable address_{"PGHOSTADDR", nullptr};
  Variable port_{"PGPORT", nullptr};
  Variable service_{"PGSERVICE", nullptr};
};

std::vector<Host> hosts(const std::string& conninfo) {
  return hosts_of(read_conninfo(conninfo, "test", Wanted::any).options);
}

std::vector<std::string> names_to_look_up(const std::string& conninfo) {
  std::vector<std::string> names;
  for (const Host& host : hosts(conninfo)) {
    if (host.to_be_looked_up()) names.push_back(host.name);
  }
  return names;
}

/// "HOST HOSTADDR PORT" once "a" is known as two addresses and every other name as one.
std::string looked_up(const std::string& conninfo) {
  std::vector<Host> known = hosts(conninfo);
  for (Host& host : known) {
    if (!host.to_be_looked_up()) continue;
    host.addresses = {"10.0.0." + host.name};
    if (host.name == "a") host.addresses = {"fd00::1", "10.0.0.1"};
  }
  const ConninfoOptions options =
      with_hosts(read_conninfo(conninfo, "test", Wanted::any).options, known);
  return options.at("host") + " " + options.at("hostaddr") + " " + options.at("port");
}

using Names = std::vector<std::string>;

TEST_F(Hosts, EachAddressOfANameIsAnEntryBesideItsNameAndItsPort) {
  EXPECT_EQ(looked_up("host=a port=1"), "a,a fd00::1,10.0.0.1 1,1");
  EXPECT_EQ(looked_up("host=b,a,c port=1,2,3"),
            "b,a,a,c 10.0.0.b,fd00::1,10.0.0.1,10.0.0.c 1,2,2,3");
  EXPECT_EQ(looked_up("postgresql://u@b:1,a:2/d"), "b,a,a 10.0.0.b,fd00::1,10.0.0.1 1,2,2");
  EXPECT_EQ(looked_up("host=b,a port=7"), "b,a,a 10.0.0.b,fd00::1,10.0.0.1 7,7,7");
  EXPECT_EQ(looked_up("host=a"), "a,a fd00::1,10.0.0.1 ");
  EXPECT_EQ(looked_up("host=a,b port=,2"), "a,a,b fd00::1,10.0.0.1,10.0.0.b ,,2");
}

TEST_F(Hosts, OtherSettingsAreLeftAsTheyAre) {
  const ConninfoOptions before =
      read_conninfo("host=a target_session_attrs=any password=x", "test", Wanted::any).options;
  const ConninfoOptions after = with_hosts(before, hosts_of(before));
  for (const auto& [key, value] : before) EXPECT_EQ(after.at(key), value) << key;
}

TEST_F(Hosts, SocketsAddressesAndWhatHasAHostaddrNeedNoLookUp) {
  EXPECT_EQ(names_to_look_up("dbname=d"), Names{});
  EXPECT_EQ(names_to_look_up("host=/run/postgresql"), Names{});
  EXPECT_EQ(names_to_look_up("host=@abstract"), Names{});
  EXPECT_EQ(names_to_look_up("host=127.0.0.1,::1,fe80::1%lo"), Names{});
  EXPECT_EQ(names_to_look_up("hostaddr=10.0.0.1"), Names{});
  EXPECT_EQ(names_to_look_up("host=a hostaddr=10.0.0.1"), Names{});
  EXPECT_EQ(names_to_look_up("host=a,b,c hostaddr=10.0.0.1,,10.0.0.3"), Names{"b"});
  EXPECT_EQ(names_to_look_up("host=,a,/tmp,b"), (Names{"a", "b"}));
  EXPECT_EQ(looked_up("host=,a,/tmp,10.0.0.9,b hostaddr=,,,,10.0.0.2 port=1,2,3,4,5"),
            ",a,a,/tmp,10.0.0.9,b ,fd00::1,10.0.0.1,,,10.0.0.2 1,2,2,3,4,5");
}

TEST_F(Hosts, TheEnvironmentCountsWhereTheConninfoSaysNothing) {
  const Variable host{"PGHOST", "a,b"};
  const Variable port{"PGPORT", "1,2"};
  EXPECT_EQ(looked_up("dbname=d"), "a,a,b fd00::1,10.0.0.1,10.0.0.b 1,1,2");
  EXPECT_EQ(names_to_look_up("host=c port=1"), Names{"c"});
  const Variable address{"PGHOSTADDR", "10.0.0.7,"};
  EXPECT_EQ(names_to_look_up("dbname=d"), Names{"b"});
}

TEST_F(Hosts, AServiceFileAndListsThatDoNotMatchAreLeftToLibpq) {
  EXPECT_TRUE(hosts("service=s host=a").empty());
  EXPECT_TRUE(hosts("host=a,b port=1,2,3").empty());
  EXPECT_TRUE(hosts("host=a,b hostaddr=10.0.0.1").empty());
  const Variable service{"PGSERVICE", "s"};
  EXPECT_TRUE(hosts("host=a").empty());
}

}  // namespace
