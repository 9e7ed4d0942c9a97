#include "tests/pg/projections/helpdesk.hpp"
#include "tests/support/paths.hpp"

#include <toml++/toml.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "projections/sql/sql_projection.hpp"

namespace tests {
namespace {

const std::string source = tests::source_dir();

std::vector<std::string> tables_of(const std::string& projection) {
  if (projection == "open_by_group") return {projection, "open_by_group_incident"};
  if (projection == "time_in_state") return {projection, "time_in_state_now"};
  return {projection};
}

// The value of a setting that is one text or a list of them.
std::vector<std::string> texts(const toml::node* node) {
  std::vector<std::string> found;
  if (const auto* list = node->as_array()) {
    for (const auto& item : *list) found.push_back(item.value_or(std::string{}));
  } else {
    found.push_back(node->value_or(std::string{}));
  }
  return found;
}

std::filesystem::path log_path() {
  const char* given = std::getenv("FRESHET_INCIDENT_LOG");
  return given != nullptr ? given : source + "/../shared/data/incident_event_log.csv.gz";
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream in{line};
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

// "29-02-2016 01:23" → "2016-02-29T01:23:00Z"
std::string iso(const std::string& t) {
  return t.substr(6, 4) + '-' + t.substr(3, 2) + '-' + t.substr(0, 2) + 'T' + t.substr(11) + ":00Z";
}

projections::harness::GivenEvent event_of(const std::vector<std::string>& row) {
  const nlohmann::json payload = {{"number", row[0]},       {"state", row[1]},
                                  {"priority", row[22]},    {"assignment_group", row[23]},
                                  {"assigned_to", row[24]}, {"at", iso(row[13])}};
  return {"IncidentChanged", row[0], payload.dump(), "incident"};
}

}  // namespace

std::vector<ShippedProjection> shipped_projections() {
  const auto file = toml::parse_file(source + "/config/helpdesk.toml");
  std::vector<ShippedProjection> shipped;
  for (const auto& entry : *file["projection"].as_array()) {
    const auto& table = *entry.as_table();
    const auto name = table["name"].value_or(std::string{});
    shipped.push_back({{{.name = name, .events = texts(table.get("events"))},
                        projections::sql_projection(texts(table.get("sql")))},
                       tables_of(name)});
  }
  return shipped;
}

std::string helpdesk_tables() {
  std::ifstream in{source + "/config/helpdesk.sql"};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<projections::harness::GivenEvent> incident_log(std::size_t count) {
  if (!std::filesystem::exists(log_path())) return {};
  const std::string command = "gzip -dc '" + log_path().string() + "' 2>/dev/null";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  if (!pipe) throw std::runtime_error{"cannot run gzip"};
  std::string text;
  std::vector<char> buffer(1 << 16);
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
    text.append(buffer.data(), n);
  }
  std::istringstream lines{text};
  std::string line;
  std::getline(lines, line);  // the header
  std::vector<projections::harness::GivenEvent> events;
  while (events.size() < count && std::getline(lines, line))
    events.push_back(event_of(split(line)));
  return events;
}

}  // namespace tests
