#include "projections/harness/scenario.hpp"

#include "projections/harness/replay.hpp"

namespace projections::harness {
namespace {

std::string text_of(const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  for (const auto& row : rows) {
    text += "\n    ";
    for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : " | ") + row[i];
  }
  return text.empty() ? " no row" : text;
}

}  // namespace

Scenario::Scenario(const std::string& conninfo, const Projection& projection)
    : projection_(projection), transaction_(conninfo) {}

Scenario& Scenario::given(const GivenEvent& event) {
  history_.add(event, tx());
  return *this;
}

Report Scenario::when_applied() {
  history_.publish(applied_, history_.size(), tx());
  const std::vector<Event> events = history_.events();
  const auto fresh = std::span{events}.subspan(applied_);
  applied_ = history_.size();
  return replay(projection_, fresh, tx());
}

Report Scenario::then(const std::string& query,
                      const std::vector<std::vector<std::string>>& expected) {
  std::vector<std::vector<std::string>> found;
  for (const auto& row : tx().exec(query)) {
    auto& values = found.emplace_back();
    for (const auto& field : row) values.emplace_back(field.is_null() ? "NULL" : field.c_str());
  }
  if (found == expected) return {};
  return {query + "\n  expected:" + text_of(expected) + "\n  found:" + text_of(found)};
}

}  // namespace projections::harness
