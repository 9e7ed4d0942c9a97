#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <string>
#include <thread>

namespace tests {

/// A TCP proxy between a client and a server, with the faults that a network has. Listens on
/// 127.0.0.1; one thread; what it does can be changed at any time and holds for all connections.
class FaultProxy {
 public:
  enum class Mode {
    forward,      ///< As if it were not there.
    black_hole,   ///< Accepts, and swallows every byte either way. Nobody hears of it.
    slow,         ///< The server's bytes arrive one by one, `byte_pause` apart.
    lose_commit,  ///< The first COMMIT is passed on; its answer is dropped, the connection cut.
    refuse,       ///< Accepts and closes at once.
  };

  /// @param url the server's, as `postgresql://user@127.0.0.1:port/database`.
  explicit FaultProxy(std::string url);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  /// The server's url with the proxy's port.
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int port() const { return port_; }

  void set(Mode mode) { mode_ = mode; }
  /// Ends every connection at once, as a cable does that is pulled and plugged in again.
  void cut() { cut_ = true; }
  /// How many answers to a COMMIT were lost.
  [[nodiscard]] int commits_lost() const { return commits_lost_; }
  /// Connections accepted so far.
  [[nodiscard]] int accepted() const { return accepted_; }

  static constexpr std::chrono::milliseconds byte_pause{20};

 private:
  struct Pair {
    int client = -1;
    int server = -1;
    bool commit_sent = false;
    bool over = false;
  };
  void run();
  void serve_all(bool time_for_a_byte);
  void serve(Pair& pair, bool from_client, bool time_for_a_byte);
  void accept_one();
  static void close_both(const Pair& pair);

  std::string url_;
  int server_port_ = 0;
  int port_ = 0;
  int listener_ = -1;
  std::list<Pair> pairs_;
  std::atomic<Mode> mode_{Mode::forward};
  std::atomic<bool> cut_{false};
  std::atomic<bool> stop_{false};
  std::atomic<int> commits_lost_{0};
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

}  // namespace tests
