#include <algorithm>
#include <utility>

#include "relay/runtime/entry.hpp"
#include "relay/runtime/schedule.hpp"

// What a schedule learns of sessions that servers give, and what it can tell of itself.

namespace relay::runtime {
namespace {

constexpr std::chrono::milliseconds long_wait{200};

}  // namespace

// What its server gives, if the turn has shown it.
void Schedule::learn(Entry& entry, const std::optional<flow::Refusal>& refusal, Moment now) {
  const Account& account = entry.account;
  const bool tried = std::exchange(entry.tries, false);
  if (refusal) {
    Room* room =
        refusal->whose == flow::Refusal::Whose::database ? account.of_database : account.of_role;
    return room->refused(now, tried, *refusal, options_.chance);
  }
  if (!tried || !entry.has_session) return;
  for (Room* room : {account.of_role, account.of_database}) {
    if (room->is_short(now)) room->given(now);
  }
}

// Where a server gives few sessions, somebody who works on and on would keep one from all others.
// @return the place of one that is about to begin its next turn.
std::optional<Budget::Place> Schedule::after_long(const Entry& entry, Moment now) const {
  const Account& account = entry.account;
  const bool own_enough = entry.kind == Kind::work && account.workers > 0;
  const bool of_role = account.of_role->full(now);
  const bool of_database = account.of_database->full(now);
  if (now - entry.wanted_at < long_wait || own_enough || !(of_role || of_database)) {
    return std::nullopt;
  }
  for (const auto& queued : queued_) {
    for (Entry* other : queued) {
      const bool helps = (!of_role || other->account.of_role == account.of_role) &&
                         (!of_database || other->account.of_database == account.of_database);
      if (other->has_session && helps) return Budget::Place{.victim = other};
    }
  }
  return std::nullopt;
}

Schedule::Moment Schedule::wake_at(Moment now) const {
  Moment wake = timers_.empty() ? never : timers_.begin()->first;
  for (std::size_t kind = 0; kind < task_kinds; ++kind) {
    if (queued_[kind].empty()) continue;
    for (const Entry* entry : running_[kind]) {
      const Moment old = entry->began + options_.hand_over_after;
      if (old > now) wake = std::min(wake, old);
    }
    for (const Entry* entry : queued_[kind]) {
      for (const Room* room : {entry->account.of_role, entry->account.of_database}) {
        const bool waits = !entry->has_session && room->full(now) && !room->may_try(now);
        if (waits) wake = std::min(wake, room->next_try());
      }
    }
  }
  return std::min(wake, budget_.rest_ends());
}

bool Schedule::any_left(Moment now) const {
  for (std::size_t kind = 0; kind < task_kinds; ++kind) {
    const bool lets_in = young(static_cast<Kind>(kind), now) < options_.at_once[kind];
    if (lets_in && !queued_[kind].empty()) return true;
  }
  return false;
}

std::map<const Account*, int> Schedule::at_work() const {
  std::map<const Account*, int> turns;
  for (const auto& running : running_) {
    for (const Entry* entry : running) ++turns[&entry->account];
  }
  return turns;
}

std::map<const Account*, Schedule::Late> Schedule::waiting(Moment now) const {
  std::map<const Account*, Late> late;
  for (const auto& queued : queued_) {
    for (const Entry* entry : queued) {
      const Account& account = entry->account;
      if (now - entry->wanted_at < account.share.acquire_timeout) continue;
      ++late.try_emplace(&account, Late{0, lack_of(account, now)}).first->second.tasks;
    }
  }
  return late;
}

Lack Schedule::lack_of(const Account& account, Moment now) const {
  if (account.held >= account.share.most) return Lack::its_sessions;
  if (account.of_role->full(now) || account.of_database->full(now)) return Lack::servers_sessions;
  const bool half = servers_ > 1 && account.server->running >= std::max(1, options_.sessions / 2);
  return half || budget_.held() >= options_.sessions ? Lack::sessions : Lack::threads;
}

std::map<const Account*, Schedule::Refused> Schedule::refused(Moment now) const {
  std::map<const Account*, Refused> all;
  for (const auto& account : accounts_) {
    for (const Room* room : {account->of_role, account->of_database}) {
      if (!room->is_short(now)) continue;
      Refused& one = all[account.get()];
      one.why = room->why();
      one.crowded = one.crowded || room->is_crowded(now);
    }
  }
  return all;
}

}  // namespace relay::runtime
