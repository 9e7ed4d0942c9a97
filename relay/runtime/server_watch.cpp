#include "relay/runtime/server_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "projections/failure.hpp"
#include "relay/base/log.hpp"

namespace relay::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 1s;
constexpr auto at_most_every = 60s;  // while it cannot be read

}  // namespace

ServerWatch::ServerWatch(Pool& pool, const std::string& server)
    : pool_(pool), server_(server), account_(pool.open({.database = "", .server = server})) {
  own_bell_.answer([this](flow::Bell::Who who) { pool_.ring(own_bell_, who); });
  pool_.add(account_, Schedule::Kind::chore, *this, &own_bell_);
}

ServerWatch::~ServerWatch() {
  pool_.stop(account_);
  while (!pool_.ended_by(account_, Pool::Clock::now() + 1s)) pool_.cancel(account_);
  pool_.close(account_);
}

void ServerWatch::add(const std::string& name, std::shared_ptr<store::Store> store,
                      flow::Bell& bell) {
  {
    const std::lock_guard lock{mutex_};
    sleepers_[&bell] = {name, std::move(store), std::nullopt};
    number_ = sleepers_.size();
  }
  own_bell_.ring();
}

void ServerWatch::remove(flow::Bell& bell) {
  const std::lock_guard lock{mutex_};
  sleepers_.erase(&bell);
  number_ = sleepers_.size();
}

flow::Task::Pause ServerWatch::idle() noexcept {
  return number_ == 0 && !pulse_ ? until_called : at_once;
}

std::optional<flow::Task::Pause> ServerWatch::turn(const std::stop_token& stop) noexcept {
  if (stop.stop_requested()) return std::nullopt;
  if (number_ == 0) {
    leave_session();
    return until_called;
  }
  try {
    look();
    failures_ = 0;
    return look_every;
  } catch (...) {
    leave_session();
    if (++failures_ == 1) {
      log::warn("the databases of a server that sleep are not watched",
                {{"server", server_}, {"why", projections::current_failure().message}});
    }
    return std::min<Pause>(look_every * failures_, at_most_every);
  }
}

void ServerWatch::look() {
  // A database that left may be about to be dropped, or renamed: nobody's session may be in it.
  if (pulse_ && !is_a_sleepers(store_)) leave_session();
  if (!pulse_) {
    store_ = any_store();
    if (!store_) return;
    pulse_.put(store_->open_pulse("watch of " + server_));
  }
  if (pulse_) ring_for(pulse_->read());
}

std::shared_ptr<store::Store> ServerWatch::any_store() {
  const std::lock_guard lock{mutex_};
  if (sleepers_.empty()) return nullptr;
  // Another each time, or one that is dropped would hide all others.
  const auto number = static_cast<std::size_t>(failures_) % sleepers_.size();
  return std::next(sleepers_.begin(), static_cast<std::ptrdiff_t>(number))->second.store;
}

bool ServerWatch::is_a_sleepers(const std::shared_ptr<store::Store>& store) {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(sleepers_, [&](const auto& one) { return one.second.store == store; });
}

void ServerWatch::ring_for(const std::map<std::string, std::int64_t>& pulse) {
  const std::lock_guard lock{mutex_};
  for (auto& [bell, sleeper] : sleepers_) {
    const auto now = pulse.find(sleeper.name);
    if (now == pulse.end() || now->second == sleeper.seen) continue;
    sleeper.seen = now->second;
    bell->ring();
  }
}

}  // namespace relay::runtime
