#include "projections/failpoint.hpp"

#ifdef FRESHET_FAILPOINTS

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace projections {
namespace {

struct Failpoint {
  std::string place;
  std::string action;
  double probability = 0;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<Failpoint> read_failpoints() {
  std::vector<Failpoint> rules;
  std::istringstream list{variable("FRESHET_FAILPOINTS")};
  for (std::string item; std::getline(list, item, ',');) {
    const auto equals = item.find('=');
    const auto colon = item.find(':', equals);
    if (equals == std::string::npos || colon == std::string::npos) continue;
    rules.push_back({item.substr(0, equals), item.substr(equals + 1, colon - equals - 1),
                     std::atof(item.c_str() + colon + 1)});
  }
  return rules;
}

}  // namespace

bool sabotaged(std::string_view rule) noexcept {
  static const std::string chosen = variable("FRESHET_SABOTAGE");
  return chosen == rule;
}

void failpoint(std::string_view place) {
  static const std::vector<Failpoint> rules = read_failpoints();
  thread_local std::mt19937_64 random{std::random_device{}()};
  for (const Failpoint& rule : rules) {
    if (rule.place != place) continue;
    if (std::uniform_real_distribution<double>{0, 1}(random) >= rule.probability) continue;
    if (rule.action == "kill") ::kill(::getpid(), SIGKILL);
    if (rule.action == "throw") throw std::runtime_error{"failpoint " + std::string{place}};
    if (rule.action == "stall") std::this_thread::sleep_for(std::chrono::milliseconds{500});
    if (rule.action == "sleep") std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
}

}  // namespace projections

#endif
