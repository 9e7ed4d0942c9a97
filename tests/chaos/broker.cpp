#include "tests/chaos/broker.hpp"

#include <csignal>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "tests/chaos/cluster.hpp"
#include "tests/chaos/kafka_client.hpp"

namespace chaos {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds start_limit{90};  // three, but the machine is shared

std::string local(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

Broker::Broker(std::string folder, std::string home, std::string recipe)
    : folder_{std::move(folder)},
      home_{std::move(home)},
      recipe_{std::move(recipe)},
      port_{free_port()},
      controller_port_{free_port()},
      proxy_{port_, Speech::kafka} {
  if (!fs::exists(home_ + "/kafka.jsa")) {
    throw std::runtime_error{"Kafka's jars are missing in " + home_ +
                             ": ./dev setup brings them; --no-kafka goes without"};
  }
  fs::create_directories(folder_);
  fs::copy(home_ + "/formatted", folder_ + "/data", fs::copy_options::recursive);
  write_settings();
  launch();
}

Broker::~Broker() {
  kill();
}

void Broker::write_settings() const {
  std::ofstream file{folder_ + "/broker.properties"};
  file << std::ifstream{recipe_ + "/broker.properties"}.rdbuf();
  file << "\nlog.dirs=" << folder_ << "/data\ncontroller.quorum.voters=1@"
       << local(controller_port_) << "\nlisteners=PLAINTEXT://" << local(port_) << ",CONTROLLER://"
       << local(controller_port_) << "\nadvertised.listeners=PLAINTEXT://" << address() << "\n";
}

void Broker::launch() {
  process_ = std::make_unique<Child>(Launch{
      .argv = {"java", "@" + recipe_ + "/jvm.args", "-XX:SharedArchiveFile=" + home_ + "/kafka.jsa",
               "-cp", home_ + "/libs/*", "kafka.Kafka", folder_ + "/broker.properties"},
      .log = folder_ + "/log"});
}

void Broker::start() {
  const auto until = Clock::now() + start_limit;
  while (Clock::now() < until) {
    if (!running()) launch();
    if (broker_answers(local(port_), std::chrono::seconds{1})) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  throw std::runtime_error{"Kafka does not start; see " + folder_ + "/log"};
}

void Broker::kill() {
  if (!process_) return;
  process_->signal(SIGKILL);
  (void)process_->wait(std::chrono::seconds{10});
  process_.reset();
}

void Broker::freeze() {
  process_->signal(SIGSTOP);
}

void Broker::thaw() {
  if (process_) process_->signal(SIGCONT);
}

bool Broker::running() {
  return process_ && process_->running();
}

std::string Broker::address() const {
  return local(proxy_.port());
}

}  // namespace chaos
