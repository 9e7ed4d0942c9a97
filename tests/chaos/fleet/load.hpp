#pragma once

#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "tests/chaos/dice.hpp"
#include "tests/chaos/fleet/ledger.hpp"
#include "tests/chaos/fleet/site.hpp"

namespace chaos::fleet {

/// Writers of events, each of one server's databases: some of these are hot, most are rare, and now
/// and then all get an event at once. They know what became of each. Threads: four of its own.
class FleetLoad {
 public:
  FleetLoad(Site& site, Ledger& ledger, std::uint64_t seed);
  ~FleetLoad();
  FleetLoad(const FleetLoad&) = delete;
  FleetLoad& operator=(const FleetLoad&) = delete;

  void stop();
  /// In every payload; no log may show it.
  static constexpr const char* secret = "fl33t-s3cret";

 private:
  struct Writer {
    int server;
    std::mt19937_64 random;
    std::map<std::string, std::unique_ptr<Session>> sessions = {};  ///< By the database's name.
  };
  void run(const std::stop_token& stop, Writer writer);
  void visit(Writer& writer, const Tenant& tenant);
  void transact(Session& session, const Tenant& tenant, std::mt19937_64& random);

  Site& site_;
  Ledger& ledger_;
  std::vector<std::jthread> threads_;
};

}  // namespace chaos::fleet
