#include "tests/chaos/service/broken_ends.hpp"

#include <algorithm>

#include "projections/array_literal.hpp"
#include "projections/failpoint.hpp"
#include "projections/failure.hpp"
#include "tests/support/store_decorator.hpp"

namespace chaos::service {
namespace {

using projections::sabotaged;
using relay::deliveries::Delivery;
using relay::store::BatchEnd;
using relay::store::WorkerSession;
using tests::WorkerSessionDecorator;
using State = Delivery::State;

template <class Change>
void for_each_delivery(BatchEnd& end, Change change) {
  for (Delivery& entry : end.entries.deliveries) change(entry);
  if (!end.settlement) return;
  for (Delivery& changed : end.settlement->changed) change(changed);
}

/// Those of the first pass are not written; events that owe nothing then are complete.
template <class Forgotten>
void forget_entries(BatchEnd& end, Forgotten forgotten) {
  std::erase_if(end.entries.deliveries, forgotten);
  const auto owes_nothing = [&](const std::string& id) {
    return std::ranges::find(end.entries.deliveries, id, &Delivery::event_id) ==
           end.entries.deliveries.end();
  };
  std::ranges::copy_if(end.park, std::back_inserter(end.complete), owes_nothing);
  std::erase_if(end.park, owes_nothing);
}

bool is_dead(const Delivery& delivery) {
  return delivery.state == State::dead;
}

void write_no_debt(BatchEnd& end) {
  forget_entries(end, [](const Delivery& entry) { return entry.state == State::ready; });
}

void drop_dead_letters(BatchEnd& end) {
  forget_entries(end, is_dead);
  if (!end.settlement) return;
  for (const Delivery& changed : end.settlement->changed) {
    if (!is_dead(changed)) continue;
    end.settlement->done.push_back(changed.event_id);
    end.promote[end.settlement->listener].insert({changed.lane, changed.key});
  }
  std::erase_if(end.settlement->changed, is_dead);
}

void promote_nobody(BatchEnd& end) {
  end.promote.clear();
}

void let_nobody_wait(BatchEnd& end) {
  for (Delivery& entry : end.entries.deliveries) {
    if (entry.state == State::waiting) entry.state = State::ready;
  }
}

void retry_too_early(BatchEnd& end) {
  for_each_delivery(end, [](Delivery& delivery) {
    if (delivery.failed_now && delivery.delay) delivery.delay = *delivery.delay / 4;
  });
}

void retry_without_end(BatchEnd& end) {
  for_each_delivery(end, [](Delivery& delivery) {
    const bool for_good = delivery.error_class == "payload" ||
                          delivery.error_class == to_string(projections::FailureKind::crash) ||
                          delivery.error_class == to_string(projections::FailureKind::refused);
    if (!is_dead(delivery) || !delivery.failed_now || for_good) return;
    delivery.state = State::retrying;
    delivery.delay = std::chrono::seconds{1};
  });
}

class EndsOtherwise final : public WorkerSessionDecorator {
 public:
  EndsOtherwise(std::unique_ptr<WorkerSession> real, void (*change)(BatchEnd&))
      : WorkerSessionDecorator(std::move(real)), change_(change) {}
  std::int64_t end(const BatchEnd& end) override {
    BatchEnd changed = end;
    change_(changed);
    return WorkerSessionDecorator::end(changed);
  }

 private:
  void (*change_)(BatchEnd&);
};

/// Two who settle the last deliveries of an event each see the other's.
class SettlesWithoutLock final : public WorkerSessionDecorator {
 public:
  using WorkerSessionDecorator::WorkerSessionDecorator;
  std::int64_t end(const BatchEnd& end) override {
    BatchEnd changed = end;
    if (changed.settlement && !changed.settlement->done.empty()) settle(changed);
    return WorkerSessionDecorator::end(changed);
  }

 private:
  void settle(BatchEnd& end) {
    const std::string done = projections::array_literal(std::exchange(end.settlement->done, {}));
    tx().exec_unchecked(
        "DELETE FROM event_delivery WHERE listener = $1 AND event_id = ANY ($2::uuid[])",
        end.settlement->listener, done);
    tx().exec_unchecked("SELECT pg_sleep(0.02)");
    for (const auto& row : tx().exec_unchecked(
             "SELECT p.id FROM event_publication p "
             "WHERE p.id = ANY ($1::uuid[]) AND p.parked AND p.completion_date IS NULL "
             "AND NOT EXISTS (SELECT FROM event_delivery d WHERE d.event_id = p.id)",
             done)) {
      end.complete.emplace_back(row[0].c_str());
    }
  }
};

}  // namespace

std::unique_ptr<WorkerSession> with_broken_ends(std::unique_ptr<WorkerSession> session) {
  const auto otherwise = [&](void (*change)(BatchEnd&)) {
    return std::make_unique<EndsOtherwise>(std::move(session), change);
  };
  if (sabotaged("owed_not_written")) return otherwise(write_no_debt);
  if (sabotaged("dead_letter_dropped")) return otherwise(drop_dead_letters);
  if (sabotaged("no_promotion")) return otherwise(promote_nobody);
  if (sabotaged("retry_out_of_order")) return otherwise(let_nobody_wait);
  if (sabotaged("retry_too_early")) return otherwise(retry_too_early);
  if (sabotaged("retries_without_end")) return otherwise(retry_without_end);
  if (sabotaged("settle_without_lock")) {
    return std::make_unique<SettlesWithoutLock>(std::move(session));
  }
  return session;
}

}  // namespace chaos::service
