#include "tests/chaos/observer.hpp"

#include <cstdlib>
#include <memory>

namespace chaos {
namespace {

constexpr std::chrono::milliseconds look_pace{200};
constexpr std::size_t relapses_max = 1000;

}  // namespace

Observer::Observer(std::string url, const Cast& cast)
    : url_{std::move(url)}, projections_{projections_of(cast)} {
  if (!url_.empty()) {
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
  }
}

void Observer::run(const std::stop_token& stop) {
  std::unique_ptr<Session> session;
  while (!stop.stop_requested()) {
    try {
      if (!session) session = std::make_unique<Session>(url_, "chaos-observer");
      look(*session);
    } catch (const DatabaseError& error) {
      if (error.lost) session.reset();
    }
    std::this_thread::sleep_for(look_pace);
  }
}

void Observer::saw(const std::string& listener, const std::string& what, double value,
                   const std::string& text) {
  Seen& seen = last_[{listener, what}];
  if (value < seen.value && relapses_.size() < relapses_max) {
    relapses_.push_back({listener, what, seen.text, text});
  }
  seen = {value, text};
}

void Observer::look(Session& session) {
  for (const Listener& l : projections_) {
    const Rows rows =
        session.exec("SELECT key, kpos FROM state_" + l.name, {}, std::chrono::seconds{5});
    const std::lock_guard lock{mutex_};
    for (const auto& row : rows) {
      saw(l.name, *row[0], std::atof(row[1]->c_str()), *row[1]);
    }
  }
  const Rows rows = session.exec(
      "SELECT listener, instance, extract(epoch FROM last_applied_at), applied_total, "
      "extract(epoch FROM seen_at) FROM projection_freshness",
      {}, std::chrono::seconds{5});
  const std::lock_guard lock{mutex_};
  const char* columns[] = {"last_applied_at of ", "applied_total of ", "seen_at of "};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (!row[i + 2]) continue;
      saw(*row[0], columns[i] + *row[1], std::atof(row[i + 2]->c_str()), *row[i + 2]);
    }
  }
  ++looks_;
}

std::vector<Relapse> Observer::relapses() const {
  const std::lock_guard lock{mutex_};
  return relapses_;
}

long Observer::looks() const {
  const std::lock_guard lock{mutex_};
  return looks_;
}

}  // namespace chaos
