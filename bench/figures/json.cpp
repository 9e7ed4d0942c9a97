#include "bench/figures/json.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "bench/figures/sample.hpp"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Figure& figure) {
  const Summary summary = summary_of(figure.values);
  return {{"name", figure.name},      {"unit", figure.unit}, {"min", summary.min},
          {"median", summary.median}, {"max", summary.max},  {"spread", summary.spread},
          {"rounds", figure.values}};
}

Json json_of(const Row& row) {
  Json figures = Json::array();
  for (const Figure& figure : row.figures) figures.push_back(json_of(figure));
  return {{"workload", row.workload},
          {"case", row.name},
          {"settings", row.settings},
          {"figures", figures},
          {"errors", row.errors}};
}

Row row_from(const Json& json) {
  Row row{json.at("workload"), json.at("case"), json.at("settings"), {}, json.at("errors")};
  for (const Json& figure : json.at("figures")) {
    row.figures.push_back({figure.at("name"), figure.at("unit"), figure.at("rounds")});
  }
  return row;
}

}  // namespace

std::string as_json(const Report& report) {
  Json rows = Json::array();
  for (const Row& row : report.rows) rows.push_back(json_of(row));
  Json comparisons = Json::array();
  for (const Comparison& made : report.comparisons) {
    comparisons.push_back({{"workload", made.workload},
                           {"figure", made.figure},
                           {"one", made.one},
                           {"other", made.other},
                           {"verdict", sentence(report, made)}});
  }
  const Json all{{"machine", report.machine},
                 {"versions", report.versions},
                 {"server_settings", report.server_settings},
                 {"rows", rows},
                 {"comparisons", comparisons}};
  return all.dump(2) + "\n";
}

Report report_from_json(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    Report report{json.at("machine"), json.at("versions"), json.at("server_settings"), {}, {}};
    for (const Json& row : json.at("rows")) report.rows.push_back(row_from(row));
    for (const Json& made : json.at("comparisons")) {
      report.comparisons.push_back(
          {made.at("workload"), made.at("figure"), made.at("one"), made.at("other")});
    }
    return report;
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error{std::string{"this is no report of the bench: "} + error.what()};
  }
}

}  // namespace bench
