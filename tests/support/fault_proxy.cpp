#include "tests/support/fault_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <tuple>
#include <vector>

#include "tests/support/loopback.hpp"

namespace tests {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

FaultProxy::FaultProxy(std::string url) : url_(std::move(url)) {
  const auto [begin, length] = port_in(url_);
  server_port_ = std::stoi(url_.substr(begin, length));
  std::tie(listener_, port_) = listen_here();
  url_.replace(begin, length, std::to_string(port_));
  thread_ = std::thread{[this] { run(); }};
}

FaultProxy::~FaultProxy() {
  stop_ = true;
  thread_.join();
  for (const Pair& pair : pairs_) close_both(pair);
  ::close(listener_);
}

void FaultProxy::close_both(const Pair& pair) {
  ::close(pair.client);
  ::close(pair.server);
}

void FaultProxy::run() {
  auto next_byte = Clock::now();
  while (!stop_) {
    if (cut_.exchange(false)) {
      for (Pair& pair : pairs_) pair.over = true;
    }
    std::erase_if(pairs_, [](const Pair& pair) {
      if (pair.over) close_both(pair);
      return pair.over;
    });
    std::vector<pollfd> all{{listener_, POLLIN, 0}};
    const bool slow = mode_ == Mode::slow;
    for (const Pair& pair : pairs_) {
      all.push_back({pair.client, POLLIN, 0});
      if (!slow) all.push_back({pair.server, POLLIN, 0});
    }
    (void)::poll(all.data(), all.size(), 5);
    if ((all[0].revents & POLLIN) != 0) accept_one();
    const bool time_for_a_byte = Clock::now() >= next_byte;
    if (time_for_a_byte) next_byte = Clock::now() + byte_pause;
    serve_all(time_for_a_byte);
  }
}

void FaultProxy::serve_all(bool time_for_a_byte) {
  for (Pair& pair : pairs_) {
    serve(pair, true, true);
    serve(pair, false, time_for_a_byte);
  }
}

void FaultProxy::serve(Pair& pair, bool from_client, bool time_for_a_byte) {
  const Mode mode = mode_;
  const bool slow = mode == Mode::slow && !from_client;
  if (pair.over || (slow && !time_for_a_byte)) return;
  std::array<char, 65'536> buffer{};
  const ssize_t got = ::recv(from_client ? pair.client : pair.server, buffer.data(),
                             slow ? 1 : buffer.size(), MSG_DONTWAIT);
  if (got < 0) return;  // nothing there
  if (mode == Mode::black_hole) return;
  if (got == 0) {
    pair.over = true;
    return;
  }
  const std::string_view bytes{buffer.data(), static_cast<std::size_t>(got)};
  if (!from_client && pair.commit_sent) {  // it is committed by now
    ++commits_lost_;
    pair.over = true;
    return;
  }
  if (!send_all(from_client ? pair.server : pair.client, bytes)) pair.over = true;
  if (from_client && bytes.find("COMMIT") != std::string_view::npos) {
    auto expected = Mode::lose_commit;
    pair.commit_sent = mode_.compare_exchange_strong(expected, Mode::forward);
  }
}

void FaultProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  ++accepted_;
  const int server = mode_ == Mode::refuse ? -1 : connect_here(server_port_);
  if (server < 0) {
    ::close(client);
    return;
  }
  send_at_once(client);
  pairs_.push_back({client, server});
}

}  // namespace tests
