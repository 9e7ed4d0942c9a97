#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/chaos/cluster.hpp"
#include "tests/chaos/crew.hpp"
#include "tests/chaos/fleet/evidence.hpp"
#include "tests/chaos/fleet/tenants.hpp"
#include "tests/chaos/options.hpp"
#include "tests/chaos/proxy.hpp"
#include "tests/chaos/session.hpp"

namespace chaos::fleet {

/// Everything that runs: two servers with their databases, the catalogue, the network before both,
/// and the relays that serve all of it. Threads: any.
class Site {
 public:
  static constexpr int servers = 2;
  /// Besides the servers: on the way to the catalogue backends may outlive their clients, too.
  static constexpr int catalogue = 2;
  static constexpr const char* relay_role = "chaos_relay";
  static constexpr const char* writer_role = "chaos_writer";
  static constexpr const char* template_name = "fleet_template";
  static constexpr const char* catalogue_name = "fleet_catalogue";

  /// Starts all of it, and waits until a relay has been in every database. @param folder for data
  /// and logs; exists, and is ours.
  Site(const Options& options, const std::string& folder);
  ~Site();
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  /// As the superuser; where the server is stopped, once it goes on.
  [[nodiscard]] Session admin(int server, const std::string& dbname = "postgres") const;
  /// In the database that has the catalogue.
  [[nodiscard]] Session catalogue_admin() const { return admin(0, catalogue_name); }
  /// As an operator changes the catalogue, once its table is there.
  void change_catalogue(const std::string& sql, const std::vector<Value>& values) const;
  [[nodiscard]] std::string writer_url(const Tenant& tenant) const;
  /// What the catalogue says of it.
  [[nodiscard]] std::string relay_url(const Tenant& tenant) const;
  [[nodiscard]] Tenants& tenants() { return tenants_; }
  [[nodiscard]] Troubles& troubles() { return troubles_; }
  [[nodiscard]] Crew& crew() { return *crew_; }
  [[nodiscard]] Proxy& way_to_catalogue() { return *way_to_catalogue_; }
  [[nodiscard]] Proxy& way_to_second() { return *way_to_second_; }
  /// Ports on which relays reach a server, or the catalogue, with which of them it is.
  [[nodiscard]] std::vector<std::pair<int, int>> ports() const;
  /// What no log may show.
  [[nodiscard]] const std::string& password() const { return password_; }

  /// Makes the database from the template; nobody serves it yet.
  void create(const Tenant& tenant) const;
  /// The postmaster and all its children, which stand still.
  void freeze(int server);
  void thaw(int server);
  /// Backends may be seen of clients that are long gone, until a while after it is said not to be
  /// so. @param place a server, or the catalogue.
  void backends_lag(int place, bool lag);
  [[nodiscard]] bool backends_lag(int place) const;

  /// Writes a relay's settings file anew. @param own of the file's own databases; 0: no limit.
  void write_file(std::size_t relay, int connections, int own);
  /// How many sessions the relay's file allows by now.
  [[nodiscard]] int connections(std::size_t relay) const { return connections_.at(relay); }

 private:
  void start_server(int server);
  void create_template(int server);
  void create_catalogue();
  void start_relays(int number);
  [[nodiscard]] std::string url(const std::string& role, int port, const std::string& dbname) const;
  [[nodiscard]] std::string settings(std::size_t relay, int connections, int own) const;

  const Options& options_;
  const std::string folder_;
  const std::string password_;
  std::array<std::unique_ptr<Cluster>, servers> clusters_;
  std::array<std::atomic<long>, servers + 1> lag_until_{};
  std::unique_ptr<Proxy> way_to_catalogue_;
  std::unique_ptr<Proxy> way_to_second_;
  Tenants tenants_;
  Troubles troubles_;
  std::array<std::atomic<int>, 2> connections_{};
  std::unique_ptr<Crew> crew_;
};

/// How the sessions of a relay call themselves; the number follows.
inline constexpr char relay_application[] = "fleet-relay-";

/// The projection's SQL, and the tables that it and the writers need.
[[nodiscard]] std::string projection_toml();
[[nodiscard]] std::string create_own_tables();

}  // namespace chaos::fleet
