#include "relay/runtime/budget.hpp"

#include <algorithm>
#include <iterator>

#include "relay/runtime/entry.hpp"

namespace relay::runtime {

void Budget::open(Account& account) {
  int& least = account.share.least;
  least = std::clamp(sessions_ - 1 - promised_, 0, std::max(0, least));
  promised_ += least;
  kept_ += kept_for(account);
}

void Budget::close(const Account& account) {
  promised_ -= account.share.least;
  kept_ -= kept_for(account);
}

std::optional<Budget::Place> Budget::place_for(const Entry& entry, Moment now) const {
  const Account& account = entry.account;
  // Loans go first: where all are busy, a turn would always come between.
  const int own = kept_for(account);
  const int kept_for_others = kept_ - own + (own == 0 ? borrowers_ : 0);
  Entry* victim = nullptr;
  bool tries = false;
  for (const Room* room : {account.of_role, account.of_database}) {
    tries = tries || room->full(now);
  }
  if (account.held >= account.share.most) {
    victim = rested_longest(&account);
  } else if (tries && !may_try(account, now)) {
    victim = rested_longest_beside(entry, now);
    tries = false;
  } else if (sessions_ - held_ > kept_for_others) {
    return Place{.tries = tries};
  } else if (own > 0 || borrowers_ == 0) {
    victim = rested_longest(nullptr);
  }
  if (victim == nullptr) return std::nullopt;
  return Place{victim, tries && victim->account.of_role != account.of_role};
}

bool Budget::may_try(const Account& account, Moment now) {
  const auto lets = [&](const Room& room) { return !room.full(now) || room.may_try(now); };
  return lets(*account.of_role) && lets(*account.of_database);
}

void Budget::take(Entry& entry) {
  Account& account = entry.account;
  kept_ -= kept_for(account);
  ++account.held;
  ++held_;
  kept_ += kept_for(account);
  account.of_role->take();
  account.of_database->take();
  if (entry.kind == TaskKind::work) ++account.workers;
  entry.has_session = true;
}

void Budget::free(Entry& entry) {
  Account& account = entry.account;
  kept_ -= kept_for(account);
  --account.held;
  --held_;
  kept_ += kept_for(account);
  account.of_role->free();
  account.of_database->free();
  if (entry.kind == TaskKind::work) --account.workers;
  entry.has_session = false;
}

void Budget::give_up(Entry& victim) {
  if (victim.state == Entry::State::parked) rests_no_more(victim);
  victim.yielding = true;
  free(victim);
}

void Budget::rests(Entry& entry) {
  auto place = resting_.end();
  while (place != resting_.begin() && (*std::prev(place))->rests_since > entry.rests_since) --place;
  entry.resting = resting_.insert(place, &entry);
}

void Budget::rests_no_more(Entry& entry) {
  resting_.erase(entry.resting);
}

void Budget::shed(const Account& account, Moment now) {
  const Moment long_ago = now - account.share.idle_timeout;
  for (Entry* entry : resting_) {
    if (&entry->account == &account) entry->rests_since = std::min(entry->rests_since, long_ago);
  }
  resting_.sort([](const Entry* a, const Entry* b) { return a->rests_since < b->rests_since; });
}

// No account is left with less than its own.
Entry* Budget::rested_longest(const Account* only) const {
  for (Entry* entry : resting_) {
    const Account& account = entry->account;
    if (only == nullptr ? account.held > account.share.least : only == &account) return entry;
  }
  return nullptr;
}

// One that counts among what the server has given, so that closing it helps. What is reserved for
// a database was never given to it. A worker that has one does what another would do with it.
Entry* Budget::rested_longest_beside(const Entry& entry, Moment now) const {
  const Account& account = entry.account;
  if (entry.kind == TaskKind::work && account.workers > 0) return nullptr;
  const auto beside = [&](const Entry* other) {
    return (!account.of_role->full(now) || other->account.of_role == account.of_role) &&
           (!account.of_database->full(now) || other->account.of_database == account.of_database);
  };
  const auto found = std::ranges::find_if(resting_, beside);
  return found == resting_.end() ? nullptr : *found;
}

Entry* Budget::rested_too_long(Moment now) const {
  for (Entry* entry : resting_) {
    const Share& share = entry->account.share;
    if (now - entry->rests_since >= share.idle_timeout && entry->account.held > share.least) {
      return entry;
    }
  }
  return nullptr;
}

Budget::Moment Budget::rest_ends() const {
  Moment ends = Moment::max();
  for (const Entry* entry : resting_) {
    const Share& share = entry->account.share;
    if (entry->account.held > share.least) {
      ends = std::min(ends, entry->rests_since + share.idle_timeout);
    }
  }
  return ends;
}

bool Budget::lend(Entry*& victim) {
  victim = nullptr;
  if (sessions_ - held_ <= kept_) {
    victim = rested_longest(nullptr);
    if (victim == nullptr) return false;
    give_up(*victim);
  }
  ++held_;
  return true;
}

int Budget::kept_for(const Account& account) {
  return std::max(0, account.share.least - account.held);
}

}  // namespace relay::runtime
