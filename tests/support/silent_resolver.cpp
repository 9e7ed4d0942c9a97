#include "tests/support/silent_resolver.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "tests/support/loopback.hpp"
#include "tests/support/process.hpp"

namespace tests {
namespace {

/// A socket that name servers have, and its address.
std::pair<int, std::string> name_server() {
  const int server = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (server < 0) throw std::runtime_error{"cannot make a socket"};
  for (unsigned last = 2; last < 250; ++last) {
    sockaddr_in address = on_this_machine(53);
    address.sin_addr.s_addr = htonl((127U << 24U) + last);
    if (::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      return {server, "127.0.0." + std::to_string(last)};
    }
  }
  const std::string why = std::strerror(errno);
  ::close(server);
  throw std::runtime_error{"no address of this machine can have a name server: " + why};
}

}  // namespace

std::optional<std::string> SilentResolver::missing() {
  try {
    const SilentResolver tried;
    const Ended ended = run_command(tried.command({"true"}));
    if (ended.code == 0) return std::nullopt;
    return "no mount namespace with a resolver of its own can be made here: " + ended.err;
  } catch (const std::exception& error) {
    return error.what();
  }
}

SilentResolver::SilentResolver() {
  std::string address;
  std::tie(socket_, address) = name_server();
  folder_ = (std::filesystem::temp_directory_path() / "freshet-resolver-XXXXXX").string();
  if (::mkdtemp(folder_.data()) == nullptr) {
    ::close(socket_);
    throw std::runtime_error{"cannot make a folder"};
  }
  std::ofstream{folder_ + "/resolv.conf"} << "nameserver " << address
                                          << "\noptions timeout:30 attempts:5\n";
  std::ofstream{folder_ + "/nsswitch.conf"} << "hosts: files dns\n";
  set_hosts("");
}

SilentResolver::~SilentResolver() {
  ::close(socket_);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> SilentResolver::command(const std::vector<std::string>& argv) const {
  std::vector<std::string> words = {
      "unshare",
      "-m",
      "sh",
      "-c",
      "for file in resolv.conf nsswitch.conf hosts; do mount --bind \"$0/$file\" \"/etc/$file\" "
      "|| exit 99; done; exec \"$@\"",
      folder_};
  words.insert(words.end(), argv.begin(), argv.end());
  return words;
}

void SilentResolver::set_hosts(const std::string& lines) const {
  std::ofstream{folder_ + "/hosts"} << lines;
}

bool SilentResolver::was_asked(std::chrono::milliseconds time) const {
  pollfd question{socket_, POLLIN, 0};
  return ::poll(&question, 1, static_cast<int>(time.count())) == 1;
}

}  // namespace tests
