#include "tests/support/kafka_broker.hpp"

#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <utility>

#include "tests/support/authority.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/kafka_handle.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/read_file.hpp"

namespace tests {
namespace {

namespace fs = std::filesystem;

struct DoorKind {
  Door door = Door::plain;
  std::string name;  // of the listener
  std::string protocol;
  std::string certificate;
};

const std::vector<DoorKind>& door_kinds() {
  static const std::vector<DoorKind> kinds{
      {Door::plain, "PLAINTEXT", "PLAINTEXT", ""},
      {Door::tls, "TLS", "SSL", "good"},
      {Door::sasl, "SASL", "SASL_PLAINTEXT", ""},
      {Door::sasl_tls, "SASL_TLS", "SASL_SSL", "good"},
      {Door::other_host, "OTHER_HOST", "SASL_SSL", "other_host"},
      {Door::expired, "EXPIRED", "SASL_SSL", "expired"},
  };
  return kinds;
}

std::string home() {
  return source_dir() + "/.cache/kafka";
}

std::string lower(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::tolower(letter));
  return text;
}

/// The settings of a listener beyond its address.
std::string settings_of(const DoorKind& kind, const std::string& folder) {
  const std::string prefix = "listener.name." + lower(kind.name) + ".";
  const std::string module = "org.apache.kafka.common.security.";
  std::string lines;
  if (!kind.certificate.empty()) {
    lines += prefix + "ssl.keystore.type=PEM\n" + prefix + "ssl.keystore.location=" + folder + "/" +
             kind.certificate + ".keystore\n";
  }
  if (kind.protocol.starts_with("SASL")) {
    lines += prefix + "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512\n";
    lines += prefix + "plain.sasl.jaas.config=" + module + "plain.PlainLoginModule required user_" +
             KafkaBroker::user + "=\"" + KafkaBroker::password + "\";\n";
    for (const char* scram : {"scram-sha-256", "scram-sha-512"}) {
      lines +=
          prefix + scram + ".sasl.jaas.config=" + module + "scram.ScramLoginModule required;\n";
    }
  }
  return lines;
}

}  // namespace

std::vector<std::string> kafka_java(const std::string& main,
                                    const std::vector<std::string>& options) {
  std::vector<std::string> command{"java", "@" + source_dir() + "/tests/support/kafka/jvm.args",
                                   "-XX:SharedArchiveFile=" + home() + "/kafka.jsa"};
  command.insert(command.end(), options.begin(), options.end());
  command.insert(command.end(), {"-cp", home() + "/libs/*", main});
  return command;
}

KafkaBroker::KafkaBroker(KafkaSetup setup)
    : java_(std::move(setup.java)), held_(std::fopen(path("held").c_str(), "we"), std::fclose) {
  if (!fs::exists(home() + "/kafka.jsa")) {
    throw std::runtime_error{"Kafka's jars are missing: ./dev setup brings them"};
  }
  if (!held_ || ::flock(::fileno(held_.get()), LOCK_EX) != 0) {
    throw std::runtime_error{"cannot lock a file in " + folder_.path()};
  }
  const std::string clear_up = R"(kill -KILL $(cat "$0/pid"); rm -rf "$0")";
  janitor_ = std::make_unique<Process>(std::vector<std::string>{
      "setsid", "flock", path("held"), "sh", "-c", clear_up, folder_.path()});
  std::set<int> ports;
  while (ports.size() < door_kinds().size() + 1) ports.insert(free_port());
  auto port = ports.begin();
  controller_port_ = *port;
  for (const DoorKind& kind : door_kinds()) {
    if (kind.door != Door::plain && !setup.all_doors) continue;
    ports_[kind.door] = *++port;
  }
  if (setup.all_doors) make_certificates();
  write_properties(setup.properties);
  fs::copy(home() + "/formatted", path("data"), fs::copy_options::recursive);
  start();
}

KafkaBroker::~KafkaBroker() {
  process_.reset();
  janitor_.reset();
}

KafkaBroker& KafkaBroker::shared() {
  static KafkaBroker broker;
  return broker;
}

std::string KafkaBroker::address(Door door) const {
  return "127.0.0.1:" + std::to_string(ports_.at(door));
}

void KafkaBroker::kill() {
  process_.reset();
}

void KafkaBroker::start() {
  const std::string run = R"(echo $$ >"$0/pid"; exec "$@" >>"$0/log" 2>&1)";
  std::vector<std::string> command{"sh", "-c", run, folder_.path()};
  std::ranges::copy(kafka_java("kafka.Kafka", java_), std::back_inserter(command));
  command.push_back(path("properties"));
  process_ = std::make_unique<Process>(command);
  const bool ended = eventually(
      [&] { return !process_->running() || kafka_answers(address(), std::chrono::seconds{1}); },
      std::chrono::seconds{60});
  if (!ended || !process_->running()) throw std::runtime_error{"no broker: " + log()};
}

void KafkaBroker::freeze() const {
  process_->signal(SIGSTOP);
}

void KafkaBroker::thaw() const {
  process_->signal(SIGCONT);
}

std::string KafkaBroker::log() const {
  return read_file(path("log"));
}

std::string KafkaBroker::path(const std::string& file) const {
  return folder_.path() + "/" + file;
}

void KafkaBroker::make_certificates() const {
  const Authority authority{folder_.path()};
  authority.issue("good", "IP:127.0.0.1");
  authority.issue("other_host", "DNS:kafka.example");
  authority.issue("expired", "IP:127.0.0.1", "20200101000000Z", "20200102000000Z");
  for (const char* name : {"good", "other_host", "expired"}) {
    std::ofstream{path(name) + ".keystore"} << read_file(path(name) + ".key")
                                            << read_file(path(name) + ".pem");
  }
}

void KafkaBroker::write_properties(const std::vector<std::string>& more) const {
  std::ofstream file{path("properties")};
  const std::string controller = "127.0.0.1:" + std::to_string(controller_port_);
  std::string listeners = "CONTROLLER://" + controller;
  std::string advertised;
  std::string protocols = "CONTROLLER:PLAINTEXT";
  file << read_file(source_dir() + "/tests/support/kafka/broker.properties");
  for (const DoorKind& kind : door_kinds()) {
    if (!ports_.contains(kind.door)) continue;
    listeners += "," + kind.name + "://127.0.0.1:" + std::to_string(ports_.at(kind.door));
    advertised += (advertised.empty() ? "" : ",") + kind.name + "://" + address(kind.door);
    protocols += "," + kind.name + ":" + kind.protocol;
    file << settings_of(kind, folder_.path());
  }
  file << "log.dirs=" << path("data") << "\ncontroller.quorum.voters=1@" << controller
       << "\nlisteners=" << listeners << "\nadvertised.listeners=" << advertised
       << "\nlistener.security.protocol.map=" << protocols << "\n";
  for (const std::string& line : more) file << line << "\n";
}

}  // namespace tests
