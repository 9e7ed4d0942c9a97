#include "tests/chaos/idle_watch.hpp"

#include <memory>

#include "tests/chaos/moment.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {
namespace {

constexpr std::chrono::milliseconds watch_pace{250};
constexpr std::size_t seen_max = 10'000;

// A second is more than a relay does in its own mind, and less than it waits for a broker.
constexpr const char* idle =
    "SELECT application_name FROM pg_stat_activity WHERE usename = 'chaos_relay' AND state = "
    "'idle in transaction' AND state_change < clock_timestamp() - interval '1 s'";

}  // namespace

IdleWatch::IdleWatch(std::string url) : url_{std::move(url)} {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void IdleWatch::run(const std::stop_token& stop) {
  std::unique_ptr<Session> session;
  while (!stop.stop_requested()) {
    try {
      if (!session) session = std::make_unique<Session>(url_, "chaos-idle-watch");
      const Rows rows = session->exec(idle, {}, std::chrono::seconds{5});
      const std::lock_guard lock{mutex_};
      for (const auto& row : rows) {
        if (seen_.size() < seen_max) seen_.push_back({now_ms(), row[0].value_or("?")});
      }
    } catch (const DatabaseError& error) {
      if (error.lost) session.reset();
    }
    std::this_thread::sleep_for(watch_pace);
  }
}

std::vector<IdleTransaction> IdleWatch::seen() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

}  // namespace chaos
