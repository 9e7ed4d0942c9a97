#pragma once

#include <sys/types.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

namespace tests {

/// A way into a broker.
enum class Door {
  plain,       ///< Anybody, unencrypted. Every broker has it.
  tls,         ///< Anybody, encrypted.
  sasl,        ///< With a password, unencrypted.
  sasl_tls,    ///< With a password, encrypted.
  other_host,  ///< As sasl_tls, with a certificate for another host.
  expired,     ///< As sasl_tls, with a certificate that has expired.
};

struct KafkaSetup {
  /// All doors; else only the plain one. Certificates are from `authority()`; passwords go by
  /// PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512.
  bool all_doors = false;
  std::vector<std::string> properties;  ///< More lines for its server.properties.
  std::vector<std::string> java;  ///< More options for its JVM; the last one of a kind counts.
};

/// The command that runs a class of Kafka's jars; its arguments follow.
[[nodiscard]] std::vector<std::string> kafka_java(const std::string& main,
                                                  const std::vector<std::string>& options = {});

/// A real Apache Kafka, one process that is its own controller, with a data folder and ports of its
/// own, for as long as this object or its process lives, however that ends. Topics are not created
/// by themselves. Access lists are on; what has none is open to everybody. One thread at a time.
class KafkaBroker {
 public:
  static constexpr const char* user = "relay";          ///< Of the doors with a password.
  static constexpr const char* password = "pa55-w0rd";  ///< In tests/support/kafka/bring.sh too.

  /// Starts it, in about three seconds. @throws std::runtime_error with its log.
  explicit KafkaBroker(KafkaSetup setup = {});
  ~KafkaBroker();
  KafkaBroker(const KafkaBroker&) = delete;
  KafkaBroker& operator=(const KafkaBroker&) = delete;

  /// The one for every test that does it no harm: started at first use, ended at exit.
  static KafkaBroker& shared();

  /// "127.0.0.1:port". @throws std::out_of_range for a door it does not have.
  [[nodiscard]] std::string address(Door door = Door::plain) const;
  /// A file with the certificate of the authority that its certificates are from.
  [[nodiscard]] std::string authority() const { return path("ca.pem"); }

  void kill();   ///< With SIGKILL; returns when it is gone.
  void start();  ///< On the data that it has; returns when it answers. @throws std::runtime_error
  void freeze() const;  ///< SIGSTOP.
  void thaw() const;    ///< SIGCONT.

  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  [[nodiscard]] std::string log() const;

 private:
  [[nodiscard]] std::string path(const std::string& file) const;
  void make_certificates() const;
  void write_properties(const std::vector<std::string>& more) const;

  std::map<Door, int> ports_;
  int controller_port_ = 0;
  std::vector<std::string> java_;
  TemporaryFolder folder_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> held_;  ///< Locked while this process lives.
  std::unique_ptr<Process> janitor_;                      ///< Clears up once it is not.
  std::unique_ptr<Process> process_;
};

}  // namespace tests
