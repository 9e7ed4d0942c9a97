#include "projections/apply/attempt.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "projections/apply/apply.hpp"
#include "projections/apply/savepoint.hpp"
#include "projections/failpoint.hpp"
#include "projections/guard/guard.hpp"

namespace projections {
namespace {

class BatchContext final : public Context {
 public:
  BatchContext(std::span<const Event> batch, std::span<const std::size_t> fresh, Tx& tx,
               std::stop_token stop, std::map<std::size_t, std::string>& skipped)
      : batch_(batch), fresh_(fresh), tx_(tx), stop_(std::move(stop)), skipped_(skipped) {}

  Tx& tx() override { return tx_; }
  [[nodiscard]] std::stop_token stop() const override { return stop_; }
  void skip(const Event& event, std::string_view reason) override {
    const auto place =
        std::ranges::find_if(fresh_, [&](std::size_t i) { return batch_[i].id == event.id; });
    if (place == fresh_.end()) {
      throw std::invalid_argument{"the handler skips an event that it was not given"};
    }
    skipped_[*place] = one_line(reason);
  }

 private:
  std::span<const Event> batch_;
  std::span<const std::size_t> fresh_;
  Tx& tx_;
  std::stop_token stop_;
  std::map<std::size_t, std::string>& skipped_;
};

Failure transaction_was_ended() {
  return {FailureKind::event, "",
          "the handler has ended or replaced its transaction (COMMIT, ROLLBACK or BEGIN through "
          "native()): a handler must leave it open, because its guard and the completion commit "
          "with it"};
}

// For errors of our own statements before the handler ran: nothing can be blamed on an event.
[[noreturn]] void end_transaction(Failure failure) {
  throw TransactionOver{std::move(failure)};
}

[[noreturn]] void end_without_savepoint(Failure failure) {
  end_transaction(may_be_an_events(failure.kind) ? transaction_was_ended() : std::move(failure));
}

void roll_back(Savepoint& savepoint) {
  try {
    savepoint.roll_back();
  } catch (...) {
    end_without_savepoint(current_failure());
  }
}

// Undoes a failed try, or ends the transaction when it cannot go on.
Failure undo(Savepoint& savepoint, Failure failure) {
  if (!may_be_an_events(failure.kind)) end_transaction(std::move(failure));
  roll_back(savepoint);
  return failure;
}

// Undoes a text that opens its own savepoint. The server parses all of a text before it runs any of
// it: one with a syntax error has opened none, and it has the error without events, too.
Failure undo_text(Savepoint& savepoint, Failure failure) {
  if (!may_be_an_events(failure.kind)) end_transaction(std::move(failure));
  try {
    savepoint.roll_back();
  } catch (...) {
    Failure second = current_failure();
    const bool was_opened = failure.sqlstate != "42601" || second.sqlstate != "3B001";
    if (!was_opened) throw ProjectionBroken{std::move(failure)};
    end_without_savepoint(std::move(second));
  }
  return failure;
}

void obey(const Outcome& outcome, std::optional<Later>& later) {
  struct Visitor {
    std::optional<Later>& later;
    void operator()(const Outcome::Applied&) const {}
    void operator()(const Outcome::RetryIn& retry) const {
      later = Later{std::max(retry.delay, std::chrono::milliseconds{0}), one_line(retry.reason)};
    }
    void operator()(const Outcome::Halt& halt) const { throw HaltRequested{one_line(halt.reason)}; }
  };
  outcome.visit(Visitor{later});
}

Savepoint open_savepoint(Tx& tx) {
  try {
    return Savepoint{tx};
  } catch (...) {
    end_transaction(current_failure());
  }
}

// Rules that a sabotaged build breaks.
bool guard_stands_apart() {
  return sabotaged("guard_outside_savepoint") || sabotaged("guard_outside_transaction");
}

}  // namespace

bool Attempt::writes_guard() const {
  return !by_completion(projection_.options) && !sabotaged("no_guard");
}

std::vector<guard::Entry> Attempt::entries_of(std::span<const std::size_t> places) const {
  std::vector<guard::Entry> entries;
  entries.reserve(places.size());
  for (const std::size_t i : places) entries.push_back({guard_keys_[i], batch_[i].seq, i});
  return entries;
}

// The events at these places; those that adjoin are not copied.
Batch Attempt::part(std::span<const std::size_t> places, std::vector<Event>& copies) const {
  const bool adjoin = places.back() - places.front() + 1 == places.size();
  if (adjoin) return Batch{batch_.subspan(places.front(), places.size())};
  for (const std::size_t i : places) copies.push_back(batch_[i]);
  return Batch{copies};
}

// An event as its own key has a row only when it comes again, which is rare: first as if it never
// did, and the way that asks for each row when one was there.
bool Attempt::rows_may_be_new() const {
  return projection_.options.guard.empty() && !guard_stands_apart();
}

std::optional<std::string> Attempt::as_sql(std::span<const std::size_t> places) const {
  if (writes_guard() && !rows_may_be_new()) return std::nullopt;
  std::vector<Event> copies;
  const auto effects = projection_.handler->as_sql(part(places, copies), tx_);
  if (!effects) return std::nullopt;
  // pg_stat_activity shows the first kilobyte.
  std::string text = "/* projection " + projection_.options.name + " */ ";
  text += Savepoint::opening() + ";\n";
  if (writes_guard()) text += guard::inserting_new_rows(entries_of(places), tx_) + ";\n";
  return text + *effects + ";\n" + Savepoint::releasing();
}

// @return nothing: it was undone, and must be done step by step to tell what was wrong.
std::optional<Tried> Attempt::run_at_once(std::span<const std::size_t> places,
                                          const std::string& steps) const {
  try {
    tx_.exec_unchecked(steps);
    return Tried{
        .failure = {}, .later = {}, .fresh = {places.begin(), places.end()}, .skipped = {}};
  } catch (...) {
    Savepoint savepoint = Savepoint::opened(tx_);
    Failure failure = undo_text(savepoint, current_failure());
    const bool whose =
        failure.sqlstate == guard::unique_violation || failure.kind == FailureKind::configuration;
    if (writes_guard() && whose) return std::nullopt;
    return Tried{.failure = std::move(failure), .later = {}, .fresh = {}, .skipped = {}};
  }
}

// @return false: some row was there, and the savepoint is rolled back.
bool Attempt::insert_new_guard_rows(std::span<const std::size_t> places) const {
  try {
    tx_.exec_unchecked(Savepoint::opening() + ";\n" +
                       guard::inserting_new_rows(entries_of(places), tx_));
    return true;
  } catch (...) {
    if (current_failure().sqlstate != guard::unique_violation) throw;
    Savepoint failed = Savepoint::opened(tx_);
    roll_back(failed);
    return false;
  }
}

void Attempt::insert_guard_rows(std::span<const std::size_t> places, Tried& tried,
                                Opening opening) const {
  try {
    if (opening == Opening::hopeful && insert_new_guard_rows(places)) {
      tried.fresh.assign(places.begin(), places.end());
      return;
    }
    tried.fresh = guard::insert_rows(entries_of(places), tx_,
                                     opening == Opening::done ? "" : Savepoint::opening());
    // The guard would hide what two holders of a lane do: these two go without its net.
    if (sabotaged("no_lane_lock") || sabotaged("lanes_read_before_locked")) {
      tried.fresh.assign(places.begin(), places.end());
    }
    if (sabotaged("guard_outside_transaction")) tx_.exec_unchecked("COMMIT; BEGIN");
  } catch (...) {
    Failure failure = current_failure();
    if (failure.kind == FailureKind::configuration) end_transaction(std::move(failure));
    throw;
  }
}

void Attempt::call_handler(Tried& tried) const {
  const auto& fresh = tried.fresh;
  if (fresh.empty()) return;
  BatchContext context{batch_, fresh, tx_, stop_, tried.skipped};
  std::vector<Event> copies;
  obey(projection_.handler->apply(part(fresh, copies), context), tried.later);
}

Tried Attempt::run(std::span<const std::size_t> places) const {
  const auto steps = as_sql(places);
  if (!steps) return run_in_steps(places, rows_may_be_new() ? Opening::hopeful : Opening::careful);
  auto tried = run_at_once(places, *steps);
  return tried ? std::move(*tried) : run_in_steps(places, Opening::careful);
}

Tried Attempt::run_in_steps(std::span<const std::size_t> places, Opening opening) const {
  Tried tried;
  const bool guard_first = guard_stands_apart();
  if (guard_first) insert_guard_rows(places, tried, Opening::done);
  const bool together = !guard_first && writes_guard();  // in one round trip
  Savepoint savepoint = together ? Savepoint::opened(tx_) : open_savepoint(tx_);
  try {
    if (together) insert_guard_rows(places, tried, opening);
    if (!writes_guard()) tried.fresh.assign(places.begin(), places.end());
    call_handler(tried);
    if (tried.later) {
      roll_back(savepoint);
      return {.failure = {}, .later = std::move(tried.later), .fresh = {}, .skipped = {}};
    }
    savepoint.release();
    return tried;
  } catch (const HaltRequested&) {
    throw;
  } catch (const TransactionOver&) {
    throw;
  } catch (...) {
    return {.failure = undo(savepoint, current_failure()), .later = {}, .fresh = {}, .skipped = {}};
  }
}

std::optional<Failure> Attempt::probe() const {
  Savepoint savepoint = open_savepoint(tx_);
  std::map<std::size_t, std::string> skipped;
  BatchContext context{batch_, {}, tx_, stop_, skipped};
  std::optional<Failure> fault;
  try {
    (void)projection_.handler->apply(Batch{{}}, context);
  } catch (...) {
    Failure failure = current_failure();
    if (!may_be_an_events(failure.kind)) end_transaction(std::move(failure));
    if (failure.kind == FailureKind::configuration) fault = std::move(failure);
  }
  roll_back(savepoint);
  return fault;
}

}  // namespace projections
