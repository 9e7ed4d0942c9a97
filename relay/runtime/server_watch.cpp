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

ServerWatch::ServerWatch(Pool& pool, const std::string& server, const std::string& role)
    : pool_(pool),
      server_(server),
      role_(role),
      account_(pool.open({.database = "", .server = server, .role = role})) {
  own_bell_.answer([this](flow::Bell::Who who) { pool_.ring(own_bell_, who); });
  pool_.add(account_, Schedule::Kind::chore, *this, &own_bell_);
}

ServerWatch::~ServerWatch() {
  pool_.stop(account_);
  while (!pool_.ended_by(account_, Pool::Clock::now() + 1s)) pool_.cancel(account_);
  pool_.close(account_);
}

void ServerWatch::add(const std::string& name, const std::string& role,
                      std::shared_ptr<store::Store> store, flow::Bell& bell) {
  {
    const std::lock_guard lock{mutex_};
    sleepers_[&bell] = {name, role, std::move(store), std::nullopt};
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
  } catch (const store::Unreachable& error) {
    refusal_ = flow::refusal_of(error.failure);
    return refusal_ ? look_every : failed(error.what());
  } catch (...) {
    return failed(projections::current_failure().message);
  }
}

flow::Task::Pause ServerWatch::failed(const std::string& why) noexcept {
  leave_session();
  if (++failures_ == 1) {
    log::warn("the databases of a server that sleep are not watched",
              {{"server", server_}, {"why", why}});
  }
  return std::min<Pause>(look_every * failures_, at_most_every);
}

void ServerWatch::look() {
  // A database that left may be about to be dropped, or renamed: nobody's session may be in it.
  if (pulse_ && !is_a_sleepers(store_)) leave_session();
  if (!pulse_) {
    choose_store();
    if (!store_) return;
    pulse_.put(store_->open_pulse("watch of " + server_));
  }
  const bool in_the_way = pulse_ && (ring_for(pulse_->read()) || !is_a_sleepers(store_));
  // Nobody would know whose session it is, where sessions of a role or a database are few.
  if (in_the_way || store_role_ != role_) leave_session();
}

void ServerWatch::choose_store() {
  const std::lock_guard lock{mutex_};
  store_ = nullptr;
  if (sleepers_.empty()) return;
  // Another each time, or one that is dropped would hide all others.
  const auto number = static_cast<std::size_t>(failures_) % sleepers_.size();
  auto one = std::next(sleepers_.begin(), static_cast<std::ptrdiff_t>(number));
  if (failures_ == 0) {
    const auto own = std::ranges::find_if(
        sleepers_, [&](const auto& sleeper) { return sleeper.second.role == role_; });
    if (own != sleepers_.end()) one = own;
  }
  store_ = one->second.store;
  store_role_ = one->second.role;
}

bool ServerWatch::is_a_sleepers(const std::shared_ptr<store::Store>& store) {
  const std::lock_guard lock{mutex_};
  return std::ranges::any_of(sleepers_, [&](const auto& one) { return one.second.store == store; });
}

bool ServerWatch::ring_for(const std::map<std::string, std::int64_t>& pulse) {
  const std::lock_guard lock{mutex_};
  bool in_the_way = false;
  for (auto& [bell, sleeper] : sleepers_) {
    const auto now = pulse.find(sleeper.name);
    if (now == pulse.end() || now->second == sleeper.seen) continue;
    sleeper.seen = now->second;
    in_the_way = in_the_way || sleeper.store == store_;
    bell->ring();
  }
  return in_the_way;
}

}  // namespace relay::runtime
