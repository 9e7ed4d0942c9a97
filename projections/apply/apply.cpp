#include "projections/apply/apply.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

#include "projections/apply/attempt.hpp"
#include "projections/guard/guard.hpp"

namespace projections {
namespace {

using Places = std::span<const std::size_t>;

std::optional<guard::Guard> guard_of(const ProjectionOptions& options) {
  if (by_completion(options)) return std::nullopt;
  return guard::Guard{options.name, options.guard};
}

/// One call of `apply_batch`: halves until each event has its fate.
class Halving {
 public:
  Halving(const Projection& projection, const Batch& batch, const HeldKeys& held,
          SavepointBudget& budget, Tx& tx, std::stop_token stop, Order order)
      : projection_(projection),
        batch_(batch),
        held_(held),
        ordered_(order == Order::by_key),
        budget_(budget),
        guard_(guard_of(projection.options)),
        guard_keys_(batch.size()),
        fates_(batch.size()),
        attempt_(projection, batch.events(), guard_keys_, tx, std::move(stop)) {}

  /// @param newly_held by the events that failed.
  std::vector<Fate> run(HeldKeys& newly_held) {
    const std::vector<std::size_t> candidates = find_candidates();
    if (!candidates.empty()) (void)passes(candidates, false);
    if (const Failure* failure = shared_configuration_failure()) throw ProjectionBroken{*failure};
    settle(newly_held);
    return std::move(fates_);
  }

 private:
  [[nodiscard]] bool is_in(const HeldKeys& keys, std::size_t i) const {
    return ordered_ && !keys.empty() && keys.holds(batch_[i].key(), batch_[i].seq);
  }
  void hold(HeldKeys& keys, std::size_t i) const { keys.hold(batch_[i].key(), batch_[i].seq); }
  void wait(std::size_t i) { fates_[i].kind = Fate::Kind::waiting; }
  void fail(std::size_t i, Failure failure) {
    fates_[i].kind = Fate::Kind::failed;
    fates_[i].failure = std::move(failure);
  }

  // The events to try: neither those whose key is held, nor those without a guard key.
  std::vector<std::size_t> find_candidates() {
    HeldKeys without_guard;
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
      if (is_in(held_, i) || is_in(without_guard, i)) {
        wait(i);
      } else if (find_guard_key(i)) {
        candidates.push_back(i);
      } else {
        hold(without_guard, i);
      }
    }
    return candidates;
  }

  bool find_guard_key(std::size_t i) {
    if (!guard_) return true;
    try {
      guard_keys_[i] = guard_->stored_key(batch_[i]);
      return true;
    } catch (const std::exception&) {
      fail(i, current_failure());
      return false;
    }
  }

  // True when every event of the part passed. What is known to fail is split without a try.
  bool passes(Places part, bool known_to_fail) {
    std::vector<std::size_t> open;
    for (const std::size_t i : part) {
      if (is_in(failed_keys_, i)) {
        wait(i);
      } else {
        open.push_back(i);
      }
    }
    if (open.empty()) return false;
    if (!known_to_fail || open.size() == 1) {
      if (!may_try()) return false;
      Tried tried = attempt_.run(open);
      if (lacks_something(tried)) tried = ask_whether_broken(open, std::move(tried));
      if (tried.later) return postpone(open, *tried.later);
      if (!tried.failure) return store(open, tried);
      if (open.size() == 1) {
        hold(failed_keys_, open[0]);
        fail(open[0], std::move(*tried.failure));
        return false;
      }
    }
    const Places all{open};
    const bool first = passes(all.first(all.size() / 2), false);
    const bool second = !spent_ && passes(all.subspan(all.size() / 2), first);
    return first && second;
  }

  bool may_try() {
    spent_ = tried_ && budget_.spent();
    if (spent_) return false;
    tried_ = true;
    --budget_.left;
    return true;
  }

  // The first of each key comes back after the delay, the others wait behind it.
  bool postpone(Places places, const Later& later) {
    for (const std::size_t i : places) {
      if (is_in(failed_keys_, i)) {
        wait(i);
        continue;
      }
      hold(failed_keys_, i);
      fates_[i].kind = Fate::Kind::later;
      fates_[i].delay = later.delay;
      fates_[i].failure.message = later.reason;
    }
    return false;
  }

  bool store(Places passed, Tried& tried) {
    for (const std::size_t i : passed) fates_[i].kind = Fate::Kind::done;
    for (const std::size_t i : tried.fresh) fates_[i].fresh = true;
    for (auto& [i, reason] : tried.skipped) fates_[i].skipped = std::move(reason);
    any_fresh_ = any_fresh_ || !tried.fresh.empty();
    return true;
  }

  static bool lacks_something(const Tried& tried) {
    return tried.failure && tried.failure->kind == FailureKind::configuration;
  }

  // What is missing may be missing for every event. Asked at the first such failure of a call, and
  // again before an event alone is blamed for it: it may have gone since the call began, whatever
  // passed before, or be back since the try, so that one more is made.
  Tried ask_whether_broken(const std::vector<std::size_t>& open, Tried tried) {
    if (!projection_.handler->can_probe()) return tried;
    const bool alone = open.size() == 1;
    if (!alone && (probed_ || any_fresh_)) return tried;
    probed_ = true;
    --budget_.left;
    if (auto failure = attempt_.probe()) throw ProjectionBroken{std::move(*failure)};
    if (!alone) return tried;
    --budget_.left;
    return attempt_.run(open);
  }

  // For handlers that cannot be probed: two or more events failed so, and none passed.
  [[nodiscard]] const Failure* shared_configuration_failure() const {
    if (any_fresh_ || projection_.handler->can_probe()) return nullptr;
    const auto is_failed = [](const Fate& f) { return f.kind == Fate::Kind::failed; };
    const auto is_broken = [](const Fate& f) {
      return f.kind == Fate::Kind::failed && f.failure.kind == FailureKind::configuration;
    };
    const auto broken = std::ranges::count_if(fates_, is_broken);
    if (broken < 2 || broken != std::ranges::count_if(fates_, is_failed)) return nullptr;
    return &std::ranges::find_if(fates_, is_broken)->failure;
  }

  // Events without a guard key were told apart before their turn: put them in their place.
  void settle(HeldKeys& newly_held) {
    bool any_left = false;
    for (std::size_t i = 0; i < fates_.size(); ++i) {
      Fate& fate = fates_[i];
      if (fate.kind == Fate::Kind::done) continue;
      any_left = any_left || fate.kind == Fate::Kind::not_reached;
      if (any_left) {
        fate = Fate{};
      } else if (fate.kind == Fate::Kind::failed || fate.kind == Fate::Kind::later) {
        if (is_in(newly_held, i)) {
          fate = Fate{};
          wait(i);
        } else if (ordered_) {
          hold(newly_held, i);
        }
      }
    }
  }

  const Projection& projection_;
  const Batch& batch_;
  const HeldKeys& held_;
  const bool ordered_;
  SavepointBudget& budget_;
  const std::optional<guard::Guard> guard_;  ///< Nothing: by completion.
  std::vector<std::string> guard_keys_;      ///< By place in the batch; empty: none, or no try.
  std::vector<Fate> fates_;
  Attempt attempt_;
  HeldKeys failed_keys_;
  bool tried_ = false;
  bool spent_ = false;
  bool probed_ = false;
  bool any_fresh_ = false;
};

}  // namespace

std::vector<Fate> apply_batch(const Projection& projection, const Batch& batch, HeldKeys& held,
                              SavepointBudget& budget, Tx& tx, std::stop_token stop, Order order) {
  HeldKeys newly_held;
  Halving halving{projection, batch, held, budget, tx, std::move(stop), order};
  std::vector<Fate> fates = halving.run(newly_held);
  held.merge(newly_held);
  return fates;
}

std::optional<std::string> as_sql(const Projection& projection, const Batch& batch, Tx& tx) {
  const auto guard = guard_of(projection.options);
  if (batch.empty() || (guard && !projection.options.guard.empty())) return std::nullopt;
  std::vector<std::size_t> all(batch.size());
  std::iota(all.begin(), all.end(), 0);
  std::vector<std::string> keys(batch.size());
  for (const std::size_t i : all) {
    if (guard) keys[i] = guard->stored_key(batch[i]);
  }
  return Attempt{projection, batch.events(), keys, tx, {}}.as_sql(all);
}

bool reads_payload(const Projection& projection) {
  const auto guard = guard_of(projection.options);
  return projection.handler->reads_payload() || (guard && guard->reads_payload());
}

bool reads_headers(const Projection& projection) {
  const auto guard = guard_of(projection.options);
  return projection.handler->reads_payload() || (guard && guard->reads_headers());
}

std::optional<Failure> probe(const Projection& projection, Tx& tx) {
  if (!projection.handler->can_probe()) return std::nullopt;
  const std::vector<std::string> no_keys;
  return Attempt{projection, {}, no_keys, tx, {}}.probe();
}

}  // namespace projections
