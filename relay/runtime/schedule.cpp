#include "relay/runtime/schedule.hpp"

#include <algorithm>
#include <utility>

#include "relay/runtime/entry.hpp"

namespace relay::runtime {
namespace {

constexpr std::array all_kinds{Schedule::Kind::look, Schedule::Kind::work, Schedule::Kind::drain,
                               Schedule::Kind::chore};

Schedule::Moment after(flow::Task::Pause pause, Schedule::Moment now) {
  constexpr std::chrono::hours longest{24 * 365};  // further is for ever, and would overflow
  return pause < longest ? now + pause : Schedule::never;
}

constexpr std::size_t at(Schedule::Kind kind) {
  return static_cast<std::size_t>(kind);
}

std::int64_t in_us(Schedule::Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

}  // namespace

Schedule::Schedule(const Options& options) : options_(options), budget_(options.sessions) {}

Schedule::~Schedule() = default;

Account& Schedule::open(const Share& share) {
  accounts_.push_back(std::make_unique<Account>(share));
  Account& account = *accounts_.back();
  account.server = &groups_["server " + share.server];
  if (++account.server->members == 1) ++servers_;
  account.of_role = &rooms_[{share.server, "as " + share.role}];
  account.of_database = &rooms_[{share.server, "in " + share.on_server}];
  account.of_role->joins();
  account.of_database->joins();
  budget_.open(account);
  account.served = least_served_;
  return account;
}

void Schedule::close(Account& account) {
  std::erase_if(entries_, [&](const auto& entry) {
    if (&entry->account != &account) return false;
    if (entry->has_session) budget_.free(*entry);
    for (Group* group : entry->groups) --group->members;
    return true;
  });
  if (--account.server->members == 0) --servers_;
  budget_.close(account);
  std::erase_if(groups_, [](const auto& group) { return group.second.members == 0; });
  const Share& share = account.share;
  if (account.of_role->leaves()) rooms_.erase({share.server, "as " + share.role});
  if (account.of_database->leaves()) rooms_.erase({share.server, "in " + share.on_server});
  accounts_.remove_if([&](const auto& one) { return one.get() == &account; });
}

void Schedule::add(Account& account, Kind kind, flow::Task& task, const flow::Bell* bell,
                   const std::vector<std::string>& groups, Moment now) {
  std::vector<Group*> members;
  for (const std::string& name : groups) {
    members.push_back(&groups_[name]);
    ++members.back()->members;
  }
  entries_.push_back(std::make_unique<Entry>(Entry{account, kind, task, bell, std::move(members)}));
  ++account.alive;
  if (kind != Kind::chore) ++account.at_work;
  queue(*entries_.back(), now);
}

bool Schedule::ring(const flow::Bell& bell, flow::Bell::Who who, Moment now) {
  const auto parked = parked_.find(&bell);
  if (parked == parked_.end()) return false;  // a task that has a turn sees it at the end
  std::vector<Entry*> come;
  if (who == flow::Bell::Who::all) come = parked->second;
  if (who == flow::Bell::Who::one) {  // one that need not connect, where there is one
    const auto has = std::ranges::find_if(parked->second.rbegin(), parked->second.rend(),
                                          [](const Entry* entry) { return entry->has_session; });
    come.push_back(has != parked->second.rend() ? *has : parked->second.back());
  }
  for (Entry* entry : come) {
    unpark(*entry);
    queue(*entry, now);
  }
  return true;
}

void Schedule::stop(Account& account, Moment now) {
  account.stop.request_stop();
  for (const auto& entry : entries_) {
    if (&entry->account != &account || entry->state != Entry::State::parked) continue;
    unpark(*entry);
    queue(*entry, now);
  }
}

void Schedule::shed(Account& account, Moment now) {
  budget_.shed(account, now);
}

void Schedule::queue(Entry& entry, Moment now) {
  Account& account = entry.account;
  if (account.active++ == 0) account.served = std::max(account.served, least_served_);
  entry.state = Entry::State::queued;
  entry.wanted_at = now;
  queued_[at(entry.kind)].push_back(&entry);
}

void Schedule::park(Entry& entry, Moment due, Moment now) {
  if (entry.bell != nullptr && entry.bell->rings() != entry.rings_seen) due = now;
  if (due <= now) return queue(entry, now);
  entry.state = Entry::State::parked;
  entry.has_timer = due != never;
  if (entry.has_timer) entry.timer = timers_.emplace(due, &entry);
  if (entry.bell != nullptr) parked_[entry.bell].push_back(&entry);
  if (entry.has_session) budget_.rests(entry);
}

void Schedule::unpark(Entry& entry) {
  if (entry.has_session) budget_.rests_no_more(entry);
  if (std::exchange(entry.has_timer, false)) timers_.erase(entry.timer);
  if (entry.bell == nullptr) return;
  const auto parked = parked_.find(entry.bell);
  std::erase(parked->second, &entry);
  if (parked->second.empty()) parked_.erase(parked);
}

std::optional<Schedule::Pick> Schedule::next(Moment now) {
  while (!timers_.empty() && timers_.begin()->first <= now) {
    Entry& entry = *timers_.begin()->second;
    unpark(entry);
    queue(entry, now);
  }
  // In turn, or the first kinds would leave no session to the last while all of them are busy.
  for (std::size_t step = 0; step < task_kinds; ++step) {
    const Kind kind = all_kinds[(first_kind_ + step) % task_kinds];
    if (auto pick = next_of(kind, now)) {
      first_kind_ = (at(kind) + 1) % task_kinds;
      return pick;
    }
  }
  if (Entry* rested = budget_.rested_too_long(now)) {
    budget_.give_up(*rested);
    return Pick{nullptr, rested};
  }
  return std::nullopt;
}

std::optional<Schedule::Pick> Schedule::next_of(Kind kind, Moment now) {
  std::list<Entry*>& queued = queued_[at(kind)];
  if (queued.empty() || young(kind, now) >= options_.at_once[at(kind)]) return std::nullopt;
  Pick pick;
  bool tries = false;
  for (auto step = queued.begin(); step != queued.end();) {
    Entry& entry = **step++;
    const bool first = pick.entry == nullptr || entry.account.served < pick.entry->account.served;
    if (!first || entry.yielding || !may_run(entry) || has_nothing_to_do(entry, now)) continue;
    // A last turn of a scout or worker opens no session.
    const bool no_need =
        entry.has_session || (entry.account.stop.stop_requested() && kind != Kind::chore);
    auto place = no_need ? Budget::Place{} : budget_.place_for(entry, now);
    if (!place) place = after_long(entry, now);
    if (!place) continue;
    pick = {&entry, place->victim};
    tries = place->tries;
  }
  if (pick.entry == nullptr) return std::nullopt;
  if (pick.victim != nullptr) {
    budget_.give_up(*pick.victim);
    if (pick.victim->state == Entry::State::queued) pick.victim->wanted_at = now;
  }
  pick.entry->tries = tries;
  begin(*pick.entry, now);
  return pick;
}

// It rests again without a turn, which might need a session; one that it keeps rests on.
bool Schedule::has_nothing_to_do(Entry& entry, Moment now) {
  if (entry.account.stop.stop_requested()) return false;
  entry.rings_seen = entry.bell != nullptr ? entry.bell->rings() : 0;
  const flow::Task::Pause idle = entry.task.idle();
  if (idle <= flow::Task::at_once) return false;
  leave_queue(entry);
  park(entry, after(idle, now), now);
  return true;
}

void Schedule::leave_queue(Entry& entry) {
  queued_[at(entry.kind)].remove(&entry);
  --entry.account.active;
}

bool Schedule::left(Entry& victim) {
  victim.yielding = false;
  if (victim.state != Entry::State::queued || !is_cut_off(victim.account)) return false;
  leave_queue(victim);
  end(victim);
  return true;
}

void Schedule::cancel(Account& account) {
  account.cut_off = true;
  for (const auto& entry : entries_) {
    if (&entry->account != &account) continue;
    entry->task.cancel();
    // A victim's session is in another thread's hands, which calls `left` when it is closed.
    if (entry->state != Entry::State::queued || entry->yielding || !is_cut_off(account)) continue;
    leave_queue(*entry);
    end(*entry);
  }
}

void Schedule::begin(Entry& entry, Moment now) {
  leave_queue(entry);
  ++entry.account.active;
  entry.state = Entry::State::running;
  entry.began = now;
  entry.rings_seen = entry.bell != nullptr ? entry.bell->rings() : 0;
  running_[at(entry.kind)].push_back(&entry);
  least_served_ = std::max(least_served_, entry.account.served);
  ++entry.account.server->running;
  for (Group* group : entry.groups) ++group->running;
  if (!entry.has_session) budget_.take(entry);
  for (Room* room : {entry.account.of_role, entry.account.of_database}) {
    if (entry.tries && room->full(now)) room->tries(now, options_.chance);
  }
  ++entry.account.acquiring[bucket_of_us(in_us(now - entry.wanted_at))];
}

bool Schedule::ended(Entry& entry, std::optional<flow::Task::Pause> pause, bool has_session,
                     Moment now, const std::optional<flow::Refusal>& refusal) {
  Account& account = entry.account;
  std::erase(running_[at(entry.kind)], &entry);
  --account.active;
  --account.server->running;
  for (Group* group : entry.groups) --group->running;
  account.served += now - entry.began;
  if (has_session) ++account.running[bucket_of_us(in_us(now - entry.began))];
  entry.rests_since = now;
  if (!has_session) budget_.free(entry);
  learn(entry, refusal, now);
  if (refusal && pause) pause = flow::Task::at_once;  // as soon as there is one for it
  if (!pause || is_cut_off(account)) {
    end(entry);
    return true;
  }
  if (account.stop.stop_requested()) {
    queue(entry, now);
  } else {
    park(entry, after(*pause, now), now);
  }
  return false;
}

bool Schedule::is_cut_off(const Account& account) {
  return account.cut_off && account.stop.stop_requested();
}

void Schedule::end(Entry& entry) {
  entry.state = Entry::State::ended;
  --entry.account.alive;
  if (entry.kind != Kind::chore) --entry.account.at_work;
}

bool Schedule::may_run(const Entry& entry) const {
  const Account& account = entry.account;
  if (account.stop.stop_requested()) return entry.kind != Kind::chore || account.at_work == 0;
  const int half = std::max(1, options_.sessions / 2);
  if (servers_ > 1 && account.server->running >= half) return false;
  return std::ranges::all_of(entry.groups, [&](const Group* g) { return g->running < half; });
}

int Schedule::young(Kind kind, Moment now) const {
  return static_cast<int>(std::ranges::count_if(running_[at(kind)], [&](const Entry* entry) {
    return now - entry->began < options_.hand_over_after;
  }));
}

}  // namespace relay::runtime
