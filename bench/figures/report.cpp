#include "bench/figures/report.hpp"

#include <algorithm>

#include "bench/figures/sample.hpp"

namespace bench {

const Figure* Row::find(const std::string& figure) const {
  const auto found = std::ranges::find(figures, figure, &Figure::name);
  return found == figures.end() ? nullptr : &*found;
}

const Row* Report::find(const std::string& workload, const std::string& name) const {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return row.workload == workload && row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

bool Report::has_errors() const {
  return std::ranges::any_of(rows, [](const Row& row) { return !row.errors.empty(); });
}

void add_round(Row& row, const Measures& measures) {
  for (const Measure& measure : measures) {
    auto figure = std::ranges::find(row.figures, measure.name, &Figure::name);
    if (figure == row.figures.end()) {
      figure = row.figures.insert(figure, {measure.name, measure.unit, {}});
    }
    figure->values.push_back(measure.value);
  }
}

std::string sentence(const Report& report, const Comparison& comparison) {
  const Row* one = report.find(comparison.workload, comparison.one);
  const Row* other = report.find(comparison.workload, comparison.other);
  const Figure* left = one == nullptr ? nullptr : one->find(comparison.figure);
  const Figure* right = other == nullptr ? nullptr : other->find(comparison.figure);
  if (left == nullptr || right == nullptr) return "";
  return comparison.figure + ": " + comparison.one + " against " + comparison.other + ": " +
         verdict(summary_of(left->values), summary_of(right->values));
}

}  // namespace bench
