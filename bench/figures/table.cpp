#include "bench/figures/table.hpp"

#include <algorithm>

#include "bench/figures/sample.hpp"
#include "bench/figures/text.hpp"

namespace bench {
namespace {

using Line = std::vector<std::string>;

const Line heads{"case", "figure", "", "min", "median", "max", "spread", "rounds"};
constexpr std::size_t first_number = 3;

Line line_of(const Row& row, const Figure& figure) {
  const Summary summary = summary_of(figure.values);
  return {row.name,
          figure.name,
          figure.unit,
          text_of(summary.min),
          text_of(summary.median),
          text_of(summary.max),
          percent(summary.spread),
          std::to_string(summary.rounds)};
}

std::vector<Line> lines_of(const Report& report, const std::string& workload) {
  std::vector<Line> lines;
  for (const Row& row : report.rows) {
    if (row.workload != workload) continue;
    bool first = true;
    for (const Figure& figure : row.figures) {
      lines.push_back(line_of(row, figure));
      if (!first) lines.back()[0] = "";
      first = false;
    }
  }
  return lines;
}

// Bytes that are no character of their own take no room.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string room(to - std::min(to, width(text)), ' ');
  return right ? room + text : text + room;
}

std::string aligned(std::vector<Line> lines) {
  lines.insert(lines.begin(), heads);
  std::vector<std::size_t> widths(heads.size(), 0);
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width(line[i]));
  }
  std::string text;
  for (const Line& line : lines) {
    std::string one;
    for (std::size_t i = 0; i < line.size(); ++i) {
      one += "  " + padded(line[i], widths[i], i >= first_number);
    }
    text += one.substr(0, one.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string piped(const std::vector<Line>& lines) {
  const auto one = [](const Line& line) {
    std::string text = "|";
    for (const std::string& cell : line) text += " " + cell + " |";
    return text + "\n";
  };
  std::string text = one(heads) + "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
  for (const Line& line : lines) text += one(line);
  return text;
}

std::vector<std::string> workloads_of(const Report& report) {
  std::vector<std::string> names;
  for (const Row& row : report.rows) {
    if (std::ranges::find(names, row.workload) == names.end()) names.push_back(row.workload);
  }
  return names;
}

std::string listed(const std::map<std::string, std::string>& facts) {
  std::string text;
  for (const auto& [name, value] : facts) text += (text.empty() ? "" : ", ") + name + " " + value;
  return text;
}

std::vector<std::string> remarks(const Report& report, const std::string& workload) {
  std::vector<std::string> all;
  for (const Comparison& comparison : report.comparisons) {
    if (comparison.workload != workload) continue;
    if (std::string text = sentence(report, comparison); !text.empty()) all.push_back(text);
  }
  for (const Row& row : report.rows) {
    if (row.workload != workload) continue;
    for (const std::string& error : row.errors) all.push_back("ERROR " + row.name + ": " + error);
  }
  return all;
}

}  // namespace

std::string as_text(const Report& report) {
  std::string text = "machine:  " + listed(report.machine) +
                     "\nversions: " + listed(report.versions) +
                     "\nserver:   " + listed(report.server_settings) + "\n";
  for (const std::string& workload : workloads_of(report)) {
    text += "\n" + workload + "\n" + aligned(lines_of(report, workload));
    for (const std::string& remark : remarks(report, workload)) text += "  * " + remark + "\n";
  }
  return text;
}

std::string headlines(const Report& report) {
  std::string text;
  for (const Row& row : report.rows) {
    if (row.figures.empty()) continue;
    const Figure& first = row.figures[0];
    const Summary summary = summary_of(first.values);
    text += row.name + ": " + first.name + " " + text_of(summary.median) + " " + first.unit + " (" +
            text_of(summary.min) + " to " + text_of(summary.max) + ")\n";
  }
  return text;
}

std::string as_markdown(const Report& report) {
  std::string text = "* machine: " + listed(report.machine) +
                     "\n* versions: " + listed(report.versions) +
                     "\n* server: " + listed(report.server_settings) + "\n";
  for (const std::string& workload : workloads_of(report)) {
    text += "\n## " + workload + "\n\n" + piped(lines_of(report, workload));
    const auto all = remarks(report, workload);
    if (!all.empty()) text += "\n";
    for (const std::string& remark : all) text += "* " + remark + "\n";
  }
  return text;
}

}  // namespace bench
