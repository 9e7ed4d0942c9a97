#include "tests/chaos/proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/chaos/kafka_frames.hpp"

namespace chaos {
namespace {

constexpr std::size_t held_bytes_max = 256 << 10;
constexpr std::size_t slow_bytes = 24;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void end(int fd, bool by_reset) {
  if (fd < 0) return;
  const linger now{1, 0};
  if (by_reset) ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd);
}

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(fd);
    return -1;
  }
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

// One way of a connection.
struct Stream {
  int from = -1;
  int to = -1;
  std::string held;
  bool ended = false;

  // False when the reader's end is closed for good and everything was passed on.
  bool receive(std::size_t most) {
    if (ended || held.size() >= held_bytes_max) return true;
    std::array<char, 16 << 10> bytes;
    const ssize_t n = ::recv(from, bytes.data(), std::min(most, bytes.size()), 0);
    if (n == 0) ended = true;
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
    if (n > 0) held.append(bytes.data(), static_cast<std::size_t>(n));
    return true;
  }

  bool send(std::size_t most) {
    if (!held.empty()) {
      const ssize_t n = ::send(to, held.data(), std::min(most, held.size()), MSG_NOSIGNAL);
      if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return false;
      if (n > 0) held.erase(0, static_cast<std::size_t>(n));
    }
    return !(ended && held.empty());
  }
};

}  // namespace

struct Proxy::Pipe {
  Stream up;
  Stream down;
  KafkaFrames requests;
  KafkaFrames answers;
  long doomed = 0;  ///< The request whose answer is lost, in the order of the connection.
  bool doomed_passed = false;
  bool over = false;
};

Proxy::Proxy(int server_port, Speech speech) : speech_{speech}, server_port_{server_port} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, raw, &size) != 0) {
    throw std::runtime_error{"the proxy finds no port"};
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

Proxy::~Proxy() {
  thread_.request_stop();
  thread_.join();
  ::close(listener_);
}

void Proxy::admit(std::vector<Pipe>& pipes) const {
  while (true) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    const int server = weather_ == Weather::refused ? -1 : connect_to(server_port_);
    if (server < 0) {
      end(client, false);
      continue;
    }
    Pipe pipe;
    pipe.up = {.from = client, .to = server};
    pipe.down = {.from = server, .to = client};
    pipes.push_back(std::move(pipe));
  }
}

void Proxy::obey(std::vector<Pipe>& pipes) {
  const Order order = order_.exchange(Order::none);
  for (Pipe& pipe : pipes) {
    if (order == Order::half_close) ::shutdown(pipe.up.to, SHUT_WR);
    if (order != Order::cut && order != Order::reset) continue;
    end(pipe.up.from, order == Order::reset);
    end(pipe.up.to, order == Order::reset);
    pipe.over = true;
  }
}

// What other requests before it were answered is lost with it.
bool Proxy::swallow_answer(Pipe& pipe) {
  std::array<char, 4096> bytes;
  const ssize_t n = ::recv(pipe.down.from, bytes.data(), bytes.size(), 0);
  if (n < 0) return true;  // not yet
  if (n > 0 && speech_ == Speech::kafka) {
    pipe.answers.pass({bytes.data(), static_cast<std::size_t>(n)});
    if (pipe.answers.ended() < pipe.doomed) return true;
  }
  ++answers_lost_;
  return false;
}

// @return whether what was received since is a request whose answer is worth losing.
bool Proxy::notice_request(Pipe& pipe, std::size_t before) const {
  const std::string_view fresh = std::string_view{pipe.up.held}.substr(before);
  if (speech_ == Speech::postgres) {
    return fresh.find("COMMIT") != std::string_view::npos ||
           fresh.find("commit") != std::string_view::npos;
  }
  const bool produce = pipe.requests.pass(fresh);
  pipe.doomed = pipe.requests.current();
  return produce;
}

bool Proxy::carry(Pipe& pipe) {
  const Weather weather = weather_;
  if (weather == Weather::silent) return true;
  const std::size_t most = weather == Weather::slow ? slow_bytes : held_bytes_max;
  // The rest of a request that has begun follows.
  const bool whole = pipe.requests.ended() >= pipe.doomed;
  if (pipe.doomed_passed && whole) return pipe.up.send(most) && swallow_answer(pipe);
  const std::size_t before = pipe.up.held.size();
  if (!pipe.up.receive(most)) return false;
  if (notice_request(pipe, before) && weather == Weather::lost_answer) pipe.doomed_passed = true;
  if (!pipe.up.send(most)) return false;
  if (pipe.doomed_passed) return true;
  const std::size_t answered = pipe.down.held.size();
  if (!pipe.down.receive(most)) return false;
  if (speech_ == Speech::kafka) {
    pipe.answers.pass(std::string_view{pipe.down.held}.substr(answered));
  }
  return pipe.down.send(most);
}

void Proxy::run(const std::stop_token& stop) {
  std::vector<Pipe> pipes;
  while (!stop.stop_requested()) {
    std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
    for (const Pipe& pipe : pipes) {
      if (weather_ != Weather::fair) break;  // then a tick a millisecond is the pace
      waiting.push_back({pipe.up.from, POLLIN, 0});
      waiting.push_back({pipe.down.from, POLLIN, 0});
    }
    (void)::poll(waiting.data(), waiting.size(), weather_ == Weather::fair ? 20 : 1);
    if (weather_ != Weather::fair) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    admit(pipes);
    obey(pipes);
    for (Pipe& pipe : pipes) {
      if (pipe.over || carry(pipe)) continue;
      end(pipe.up.from, pipe.doomed_passed);
      end(pipe.up.to, false);
      pipe.over = true;
    }
    std::erase_if(pipes, [](const Pipe& pipe) { return pipe.over; });
  }
  for (const Pipe& pipe : pipes) {
    end(pipe.up.from, false);
    end(pipe.up.to, false);
  }
}

}  // namespace chaos
