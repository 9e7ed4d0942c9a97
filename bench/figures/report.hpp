#pragma once

#include <map>
#include <string>
#include <vector>

namespace bench {

/// One number of one run.
struct Measure {
  std::string name;  ///< "lag p95"
  std::string unit;  ///< "ms"
  double value = 0;
};
using Measures = std::vector<Measure>;

/// The same number over all rounds.
struct Figure {
  std::string name;
  std::string unit;
  std::vector<double> values;  ///< One per round that was no error.
};

/// What one case of a workload came to.
struct Row {
  std::string workload;
  std::string name;  ///< Of the case, unique within its workload.
  std::map<std::string, std::string> settings;
  std::vector<Figure> figures;
  std::vector<std::string> errors;  ///< One per round that was none: why it gave no figure.

  [[nodiscard]] const Figure* find(const std::string& figure) const;
};

/// Two cases of a workload and a figure that both have.
struct Comparison {
  std::string workload;
  std::string figure;
  std::string one;
  std::string other;
};

/// All that a run of the bench found out.
struct Report {
  std::map<std::string, std::string> machine;
  std::map<std::string, std::string> versions;
  std::map<std::string, std::string> server_settings;
  std::vector<Row> rows;
  std::vector<Comparison> comparisons;

  [[nodiscard]] const Row* find(const std::string& workload, const std::string& name) const;
  [[nodiscard]] bool has_errors() const;
};

/// Adds a run's measures to a row's figures. Figures keep the order in which they first came.
void add_round(Row& row, const Measures& measures);

/// The verdict on a comparison, with the names: "A is 1.31 times B: within the noise". Empty when
/// one side has no figure.
[[nodiscard]] std::string sentence(const Report& report, const Comparison& comparison);

}  // namespace bench
