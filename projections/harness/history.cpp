#include "projections/harness/history.hpp"

#include <optional>
#include <string_view>

#include "schema/statements.hpp"

namespace projections::harness {
namespace {

std::optional<std::string_view> unless_empty(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace

void History::add(const GivenEvent& given, Tx& tx) {
  const pqxx::result made = tx.exec_unchecked(schema::statements::harness_identity);
  const auto time = DatabaseTime{std::chrono::microseconds{made[0][2].as<std::int64_t>()}};
  rows_.push_back({made[0][0].c_str(), made[0][1].c_str(), time, given});
}

void History::publish(std::size_t from, std::size_t to, Tx& tx) const {
  for (std::size_t i = from; i < to; ++i) {
    const Row& row = rows_[i];
    tx.exec_unchecked(schema::statements::harness_publish, row.id, i + 1, row.published_at,
                      row.given.type, row.given.payload, row.given.aggregate_type,
                      row.given.aggregate_id, row.given.headers);
  }
}

std::vector<Event> History::events() const {
  std::vector<Event> events;
  for (const Row& row : rows_) {
    Event event;
    event.seq = static_cast<std::int64_t>(events.size()) + 1;
    event.id = row.id;
    event.type = row.given.type;
    event.aggregate_type = unless_empty(row.given.aggregate_type);
    event.aggregate_id = unless_empty(row.given.aggregate_id);
    event.payload = row.given.payload;
    event.headers = unless_empty(row.given.headers);
    event.published_at = row.time;
    events.push_back(event);
  }
  return events;
}

}  // namespace projections::harness
