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

bool Budget::place_for(const Account& account, Entry*& victim) const {
  // Loans go first: where all are busy, a turn would always come between.
  const int own = kept_for(account);
  const int kept_for_others = kept_ - own + (own == 0 ? borrowers_ : 0);
  victim = nullptr;
  if (account.held >= account.share.most) {
    victim = rested_longest(&account);
  } else if (sessions_ - held_ > kept_for_others) {
    return true;
  } else if (own > 0 || borrowers_ == 0) {
    victim = rested_longest(nullptr);
  }
  return victim != nullptr;
}

void Budget::take(Account& account) {
  kept_ -= kept_for(account);
  ++account.held;
  ++held_;
  kept_ += kept_for(account);
}

void Budget::free(Account& account) {
  kept_ -= kept_for(account);
  --account.held;
  --held_;
  kept_ += kept_for(account);
}

void Budget::give_up(Entry& victim) {
  rests_no_more(victim);
  victim.has_session = false;
  victim.yielding = true;
  free(victim.account);
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
