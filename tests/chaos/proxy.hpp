#pragma once

#include <atomic>
#include <stop_token>
#include <thread>
#include <vector>

namespace chaos {

/// What the network does to everybody behind it.
enum class Weather {
  fair,
  refused,      ///< New connections end at once. Those that are open stay as they are.
  silent,       ///< Nothing is carried, nothing ends: a black hole.
  slow,         ///< A few bytes a millisecond, each way.
  lost_answer,  ///< A COMMIT, or Kafka's produce request, reaches the server; its answer never
                ///< arrives, the connection ends.
};

/// What is spoken through a proxy.
enum class Speech { postgres, kafka };

/// A TCP proxy before the server that breaks what passes through it. One thread; its methods may be
/// called from any.
class Proxy {
 public:
  /// @param server_port where it connects to, on this machine; 0: said later.
  explicit Proxy(int server_port, Speech speech = Speech::postgres);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  void weather(Weather weather) { weather_ = weather; }
  void point_at(int server_port) { server_port_ = server_port; }
  /// Ends every open connection with FIN.
  void cut() { order_ = Order::cut; }
  /// Ends every open connection with RST.
  void reset() { order_ = Order::reset; }
  /// Tells every server that its client has finished speaking; answers still pass.
  void half_close() { order_ = Order::half_close; }

  [[nodiscard]] int port() const { return port_; }
  /// How many answers, to a COMMIT or a produce request, were dropped.
  [[nodiscard]] int answers_lost() const { return answers_lost_; }

 private:
  struct Pipe;
  enum class Order { none, cut, reset, half_close };

  void run(const std::stop_token& stop);
  void admit(std::vector<Pipe>& pipes) const;
  void obey(std::vector<Pipe>& pipes);
  /// Moves what can be moved. @return false when the connection has ended.
  bool carry(Pipe& pipe);
  bool swallow_answer(Pipe& pipe);
  [[nodiscard]] bool notice_request(Pipe& pipe, std::size_t before) const;

  const Speech speech_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> server_port_;
  std::atomic<Weather> weather_{Weather::fair};
  std::atomic<Order> order_{Order::none};
  std::atomic<int> answers_lost_{0};
  std::jthread thread_;
};

}  // namespace chaos
