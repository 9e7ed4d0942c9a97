#include "relay/base/chance.hpp"

#include <random>

namespace relay {

double random_chance() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  return std::uniform_real_distribution<double>{0, 1}(random);
}

}  // namespace relay
