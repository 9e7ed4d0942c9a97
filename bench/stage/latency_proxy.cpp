#include "bench/stage/latency_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <list>
#include <tuple>
#include <vector>

#include "tests/support/loopback.hpp"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

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
      if (!tests::send_all(to, in_flight.front().bytes)) ended = true;
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
  const int server = tests::connect_here(server_port);
  if (server < 0) {
    ::close(client);
    return;
  }
  tests::send_at_once(client);
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
  const auto [begin, length] = tests::port_in(url_);
  server_port_ = std::stoi(url_.substr(begin, length));
  int port = 0;
  std::tie(listener_, port) = tests::listen_here();
  url_.replace(begin, length, std::to_string(port));
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
