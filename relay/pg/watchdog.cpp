#include "relay/pg/watchdog.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "relay/pg/without_signals.hpp"

namespace relay::pg {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

Watchdog::Watchdog() : wake_at_ns_(never) {
  const WithoutSignals inherited;
  thread_ = std::thread{[this] { run(); }};
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

// A caller that sets a deadline stores it first and then reads `wake_at_ns_`; here it is the other
// way round. So either the scan sees the deadline, or its owner sees "never" and pokes.
void Watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stop_) {
    poked_ = false;
    wake_at_ns_ = never;
    const std::int64_t next = shut_what_is_late(now_ns());
    wake_at_ns_ = next;
    const auto stirred = [this] { return poked_ || stop_; };
    if (next == never) {
      wake_.wait(lock, stirred);
    } else {
      wake_.wait_until(lock, Clock::time_point{std::chrono::nanoseconds{next}}, stirred);
    }
  }
}

std::int64_t Watchdog::shut_what_is_late(std::int64_t now) {
  std::int64_t next = never;
  for (Line* line : lines_) {
    std::int64_t deadline = line->deadline_ns_.load();
    if (deadline <= 0) continue;
    if (deadline > now) {
      next = std::min(next, deadline);
    } else if (line->deadline_ns_.compare_exchange_strong(deadline, -deadline)) {
      ::shutdown(line->socket_, SHUT_RDWR);
    } else if (deadline > 0) {
      next = std::min(next, std::max(deadline, now + 1));  // changed under our eyes
    }
  }
  return next;
}

void Watchdog::expect(std::int64_t deadline_ns) {
  if (deadline_ns >= wake_at_ns_.load()) return;
  {
    const std::lock_guard lock{mutex_};
    poked_ = true;
  }
  wake_.notify_one();
}

Watchdog::Line::Line(Watchdog& watchdog, int socket) : watchdog_(watchdog), socket_(socket) {
  const std::lock_guard lock{watchdog_.mutex_};
  watchdog_.lines_.push_back(this);
}

Watchdog::Line::~Line() {
  const std::lock_guard lock{watchdog_.mutex_};
  std::erase(watchdog_.lines_, this);
}

void Watchdog::Line::hang_up() noexcept {
  ::shutdown(socket_, SHUT_RDWR);
}

Watchdog::Limit::Limit(Line& line, std::chrono::milliseconds time)
    : line_(line), allowed_before_(line.allowed_) {
  before_ns_ = line_.deadline_ns_.load();
  if (time.count() <= 0 || before_ns_ < 0) return;
  const std::int64_t wanted = now_ns() + std::chrono::nanoseconds{time}.count();
  if (before_ns_ != 0 && before_ns_ <= wanted) return;
  if (!line_.deadline_ns_.compare_exchange_strong(before_ns_, wanted)) return;  // given up by now
  own_ns_ = wanted;
  line_.allowed_ = time;
  line_.watchdog_.expect(wanted);
}

Watchdog::Limit::~Limit() {
  if (own_ns_ == 0) return;
  std::int64_t own = own_ns_;
  if (line_.deadline_ns_.compare_exchange_strong(own, before_ns_)) line_.allowed_ = allowed_before_;
}

bool Watchdog::Limit::expired() const {
  return own_ns_ != 0 && line_.deadline_ns_.load() == -own_ns_;
}

}  // namespace relay::pg
