#include "bench/stage/latency_proxy.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in on_this_machine(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// Bytes from one socket to another; none that is in flight is forgotten when the sender goes.
struct Direction {
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  int from = -1;
  int to = -1;
  std::deque<Piece> in_flight;
  bool ended = false;

  void take(Clock::duration one_way) {
    std::array<char, 65'536> buffer{};
    const ssize_t got = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) {
      in_flight.push_back(
          {Clock::now() + one_way, std::string{buffer.data(), static_cast<std::size_t>(got)}});
    }
    if (got == 0) ended = true;
  }

  void give() {
    while (!in_flight.empty() && in_flight.front().due <= Clock::now()) {
      std::string_view bytes = in_flight.front().bytes;
      while (!bytes.empty()) {
        const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
          ended = true;
          break;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      }
      in_flight.pop_front();
    }
  }

  [[nodiscard]] bool over() const { return ended && in_flight.empty(); }
};

struct Pair {
  Direction up;
  Direction down;
  void close() const {
    ::close(up.from);
    ::close(up.to);
  }
};

void accept_one(int listener, int server_port, std::list<Pair>& pairs) {
  const int client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = on_this_machine(server_port);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(server);
    return;
  }
  send_at_once(client);
  send_at_once(server);
  pairs.push_back({{client, server, {}}, {server, client, {}}});
}

// Until the next piece is due, and no longer than it takes to notice that all is over.
timespec pause(const std::list<Pair>& pairs) {
  Clock::duration least = std::chrono::milliseconds{50};
  for (const Pair& pair : pairs) {
    for (const Direction* way : {&pair.up, &pair.down}) {
      if (!way->in_flight.empty()) {
        least = std::min(least, way->in_flight.front().due - Clock::now());
      }
    }
  }
  return {0, static_cast<long>(std::max<Clock::duration>(least, Clock::duration::zero()).count())};
}

}  // namespace

LatencyProxy::LatencyProxy(std::string url, std::chrono::microseconds round_trip)
    : url_(std::move(url)), one_way_(round_trip / 2) {
  const std::size_t begin = url_.find(':', url_.find('@')) + 1;
  const std::size_t length = url_.find('/', begin) - begin;
  server_port_ = std::stoi(url_.substr(begin, length));
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = on_this_machine(0);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, any, &size) != 0) {
    throw std::runtime_error{"a latency proxy cannot listen"};
  }
  url_.replace(begin, length, std::to_string(ntohs(address.sin_port)));
  thread_ = std::thread{[this] { run(); }};
}

LatencyProxy::~LatencyProxy() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void LatencyProxy::run() {
  std::list<Pair> pairs;
  while (!stop_) {
    std::erase_if(pairs, [](const Pair& pair) {
      const bool over = pair.up.over() || pair.down.over();
      if (over) pair.close();
      return over;
    });
    std::vector<pollfd> all{{listener_, POLLIN, 0}};
    for (const Pair& pair : pairs) {
      all.push_back({pair.up.from, POLLIN, 0});
      all.push_back({pair.down.from, POLLIN, 0});
    }
    const timespec time = pause(pairs);
    (void)::ppoll(all.data(), all.size(), &time, nullptr);
    if ((all[0].revents & POLLIN) != 0) accept_one(listener_, server_port_, pairs);
    for (Pair& pair : pairs) {
      for (Direction* way : {&pair.up, &pair.down}) {
        if (!way->ended) way->take(one_way_);
        way->give();
      }
    }
  }
  for (const Pair& pair : pairs) pair.close();
}

}  // namespace bench
