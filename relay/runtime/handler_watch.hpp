#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace relay::runtime {

/// Sees how long a worker has been in a listener's handler. A thread cannot be ended from outside:
/// a handler past its time is asked to stop, and if it does not, an operator must know. One per
/// worker; the worker visits, any thread looks.
class HandlerWatch {
 public:
  using Clock = std::chrono::steady_clock;
  class Visit;

  /// A handler that is past its time.
  struct Late {
    std::string listener;
    std::string event_id;  ///< The first event it was given.
    Clock::duration by{};
  };

  /// Asks a handler that is past its time to stop. @return it, if there is one.
  std::optional<Late> look(Clock::time_point now);

 private:
  std::mutex mutex_;
  Visit* visit_ = nullptr;  // guarded by mutex_
};

/// A call of a handler, for as long as this object lives.
class HandlerWatch::Visit {
 public:
  /// @param stop asked for from outside: passed on to the handler as well.
  Visit(HandlerWatch& watch, std::string listener, std::string event_id, Clock::time_point deadline,
        const std::stop_token& stop);
  ~Visit();
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  [[nodiscard]] std::stop_token stop() const { return source_.get_token(); }

 private:
  friend class HandlerWatch;
  struct PassOn {
    std::stop_source* source;
    void operator()() const { source->request_stop(); }
  };

  HandlerWatch& watch_;
  std::string listener_;
  std::string event_id_;
  Clock::time_point deadline_;
  std::stop_source source_;
  std::stop_callback<PassOn> pass_on_;
};

}  // namespace relay::runtime
