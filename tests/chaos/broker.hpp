#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/chaos/child.hpp"
#include "tests/chaos/proxy.hpp"

namespace chaos {

/// Apache Kafka, one process, which everybody can reach only through a proxy of its own, because
/// that is the address that it tells. Threads: one at a time, but for `proxy` and `address`.
class Broker {
 public:
  /// Starts it and does not wait. @param home what tests/support/kafka/bring.sh brought, @param
  /// recipe the folder of that script, with its settings. @throws std::runtime_error without them.
  Broker(std::string folder, std::string home, std::string recipe);
  ~Broker();
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  /// Returns when it answers; started before where it does not run.
  /// @throws std::runtime_error after a minute and a half.
  void start();
  void kill();  ///< With SIGKILL; returns when it is gone.
  void freeze();
  void thaw();
  [[nodiscard]] bool running();

  [[nodiscard]] Proxy& proxy() { return proxy_; }
  /// "host:port" of the proxy.
  [[nodiscard]] std::string address() const;

 private:
  void write_settings() const;
  void launch();

  std::string folder_;
  std::string home_;
  std::string recipe_;
  int port_;
  int controller_port_;
  Proxy proxy_;
  std::unique_ptr<Child> process_;
};

}  // namespace chaos
