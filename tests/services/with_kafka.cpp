// Runs a command with a Kafka of its own:  freshet_with_kafka [--topic NAME:PARTITIONS]… COMMAND…
// FRESHET_TEST_KAFKA tells the command the address, FRESHET_TEST_KAFKA_PID the broker's process.
// The broker ends with the command, or with this process however that ends. Exit status: the
// command's.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/kafka_broker.hpp"
#include "tests/support/kafka_topics.hpp"

namespace {

/// Ends with us; Ctrl-C reaches it as it would without us.
int run(std::vector<std::string> command) {
  const std::vector<std::string> before{"setpriv", "--pdeathsig", "TERM", "env",
                                        "--default-signal=INT"};
  command.insert(command.begin(), before.begin(), before.end());
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  std::signal(SIGINT, SIG_IGN);
  pid_t child = 0;
  if (posix_spawnp(&child, words[0], nullptr, nullptr, words.data(), environ) != 0) {
    throw std::runtime_error{"cannot start " + command.at(before.size())};
  }
  int status = 0;
  while (::waitpid(child, &status, 0) != child) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words{argv + 1, argv + argc};
  try {
    // For more than a moment: let the JVM compile well.
    const tests::KafkaBroker broker{{.java = {"-Xmx512m", "-XX:TieredStopAtLevel=4"}}};
    while (words.size() > 2 && words[0] == "--topic") {
      const auto colon = words[1].find(':');
      if (colon == std::string::npos) throw std::runtime_error{"--topic takes NAME:PARTITIONS"};
      tests::KafkaTopics{broker.address()}.create(words[1].substr(0, colon),
                                                  std::stoi(words[1].substr(colon + 1)));
      words.erase(words.begin(), words.begin() + 2);
    }
    if (words.empty()) throw std::runtime_error{"a command is missing"};
    ::setenv("FRESHET_TEST_KAFKA", broker.address().c_str(), 1);  // NOLINT: no other thread yet
    ::setenv("FRESHET_TEST_KAFKA_PID", std::to_string(broker.pid()).c_str(), 1);  // NOLINT
    return run(words);
  } catch (const std::exception& error) {
    std::cerr << "with_kafka: " << error.what() << "\n";
    return 2;
  }
}
