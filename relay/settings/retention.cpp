#include "relay/settings/row_kinds.hpp"
#include "relay/settings/rules.hpp"

namespace relay::settings {
namespace {

constexpr int days_most = 36'500;
constexpr int guards_least = 7;

}  // namespace

const std::vector<Row<Retention>>& retention_rows() {
  using R = Retention;
  static const std::vector<Row<R>> rows = {
      {"completed_days", integer<R, &R::completed_days>(0, days_most),
       "Days that completed rows of `event_publication` are kept; 0, here and below: for ever. "
       "What "
       "an open delivery or a replay under way needs stays."},
      {"guards_days", integer<R, &R::guards_days>(0, days_most),
       "Days that guards by an event's own id are kept, at least 7. The guard of an event that is "
       "pending or has an open delivery stays. An event that comes again without its guard, "
       "published again under its id or set back to pending by hand, takes effect again."},
      {"business_guards_days", integer<R, &R::business_guards_days>(0, days_most),
       "Days that guards by business key are kept, and those of listeners that this relay does not "
       "run; afterwards that effect may happen again."},
      {"archive_days", integer<R, &R::archive_days>(0, days_most),
       "Days that rows of `event_publication_archive` are kept."},
      {"attempts_days", integer<R, &R::attempts_days>(0, days_most),
       "Days that the history of failures is kept; that of an open delivery stays."},
      {"freshness_days", integer<R, &R::freshness_days>(0, days_most),
       "Days that the figures of a relay are kept that is not seen any more."},
      {"operator_log_days", integer<R, &R::operator_log_days>(0, days_most),
       "Days that `operator_log` is kept. The relay's role needs DELETE on it."},
  };
  return rows;
}

void check_guards(const std::string& label, const Retention& retention, const Place& place,
                  Faults& faults) {
  const int days = retention.guards_days;
  if (days <= 0 || days >= guards_least || !place.has("guards_days")) return;
  faults.add(place.of("guards_days"),
             label + "guards_days must be 0 (for ever) or at least " +
                 std::to_string(guards_least) + ", not " + std::to_string(days) +
                 ": an event that comes again without its guard takes effect again");
}

void check_retention(const Settings& settings, const Places& places, Faults& faults) {
  check_guards("[retention] ", settings.retention, places.retention, faults);
  for (std::size_t i = 0; i < places.retentions.size(); ++i) {
    check_guards("[database.retention] ", settings.databases[i].retention, places.retentions[i],
                 faults);
  }
}

}  // namespace relay::settings
