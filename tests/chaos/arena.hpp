#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tests/chaos/bouncer.hpp"
#include "tests/chaos/broker.hpp"
#include "tests/chaos/crew.hpp"
#include "tests/chaos/listeners.hpp"
#include "tests/chaos/options.hpp"
#include "tests/chaos/proxy.hpp"
#include "tests/chaos/servers.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// Everything that runs and can be broken: servers, PgBouncer, Kafka, proxies and relays.
class Arena {
 public:
  static constexpr const char* relay_role = "chaos_relay";
  static constexpr const char* writer_role = "chaos_writer";

  /// Starts all of it. @param folder for data and logs; exists, and is ours.
  Arena(const Options& options, const std::string& folder);

  [[nodiscard]] Session admin() const { return Session{servers_.admin_url(), "chaos-nemesis"}; }
  [[nodiscard]] Servers& servers() { return servers_; }
  [[nodiscard]] Proxy& proxy() { return *proxy_; }
  [[nodiscard]] Bouncer* bouncer() { return bouncer_.get(); }
  [[nodiscard]] Broker* broker() { return broker_.get(); }  ///< Null without Kafka.
  [[nodiscard]] Crew& crew() { return *crew_; }
  [[nodiscard]] const Cast& cast() const { return cast_; }
  /// How long a single fault may last, so that a short run has time for others.
  [[nodiscard]] double longest_s() const { return longest_s_; }
  /// Where a writer publishes: directly, or through the proxy.
  [[nodiscard]] std::string writer_url(bool by_proxy) const;
  /// What no log may show.
  [[nodiscard]] const std::string& password() const { return password_; }
  /// Through PgBouncer, as the relays; empty without one.
  [[nodiscard]] std::string bouncer_url() const;

 private:
  void create_roles();
  void wait_for_listeners();
  void create_schema(const Options& options, const std::string& folder);
  [[nodiscard]] std::string proxy_url(const char* role) const;
  [[nodiscard]] std::string settings(const Options& options, const std::string& url) const;

  std::vector<RelaySpec> specs_of(const Options& options) const;

  const Cast cast_;
  const double longest_s_;
  std::string password_;
  std::unique_ptr<Broker> broker_;
  Servers servers_;
  std::unique_ptr<Proxy> proxy_;
  std::unique_ptr<Bouncer> bouncer_;
  std::unique_ptr<Crew> crew_;
};

}  // namespace chaos
