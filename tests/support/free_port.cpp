#include "tests/support/free_port.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

#include "tests/support/loopback.hpp"

namespace tests {
namespace {

bool can_bind(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = on_this_machine(port);
  const bool bound = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return bound;
}

}  // namespace

int free_port() {
  static std::mt19937 random{std::random_device{}()};
  for (int tries = 0; tries < 100; ++tries) {
    const int port = 20'000 + static_cast<int>(random() % 12'000);
    if (can_bind(port)) return port;
  }
  throw std::runtime_error{"no free port"};
}

}  // namespace tests
