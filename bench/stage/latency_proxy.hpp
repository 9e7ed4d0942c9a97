#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

namespace bench {

/// A network that takes time: passes on all bytes between clients and a server, each half a round
/// trip after it came. One thread, on 127.0.0.1.
class LatencyProxy {
 public:
  /// @param url the server's, as `postgresql://user@127.0.0.1:port/database`.
  LatencyProxy(std::string url, std::chrono::microseconds round_trip);
  ~LatencyProxy();
  LatencyProxy(const LatencyProxy&) = delete;
  LatencyProxy& operator=(const LatencyProxy&) = delete;

  /// The server's url with the proxy's port.
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  void run();

  std::string url_;
  std::chrono::microseconds one_way_;
  int server_port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace bench
