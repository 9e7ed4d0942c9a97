#include "tests/pg/projections/published.hpp"

#include <pqxx/pqxx>

namespace tests {

void Published::add(const std::string& key, const std::string& payload, const std::string& type) {
  pqxx::connection connection{url_};
  pqxx::work work{connection};
  projections::Tx tx{work};
  const auto row = tx.exec_unchecked(
      "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id) "
      "VALUES ($1, $2, CASE WHEN $3 <> '' THEN 't' END, nullif($3, '')) RETURNING id, seq",
      type, payload, key);
  work.commit();
  const auto keep = [&](const std::string& text) -> std::string_view {
    return texts_.emplace_back(text);
  };
  projections::Event event;
  event.id = keep(row[0][0].c_str());
  event.seq = row[0][1].as<long>();
  event.type = keep(type);
  if (!key.empty()) {
    event.aggregate_type = "t";
    event.aggregate_id = keep(key);
  }
  event.payload = keep(payload);
  events_.push_back(event);
}

projections::Projection projection_of(projections::HandlerPtr handler, const std::string& guard,
                                      const std::string& name) {
  return {{.name = name, .events = {"*"}, .guard = guard}, std::move(handler)};
}

}  // namespace tests
