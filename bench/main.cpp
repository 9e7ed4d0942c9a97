// The bench's command line: which workloads, at what size, and where the report goes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "bench/figures/chart.hpp"
#include "bench/figures/json.hpp"
#include "bench/figures/table.hpp"
#include "bench/figures/text.hpp"
#include "bench/stage/machine.hpp"
#include "bench/stage/writer.hpp"
#include "bench/workloads/workloads.hpp"

namespace {

using namespace bench;

std::string text_of_file(const std::string& path) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error{"cannot read " + path};
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void run_workloads(const Options& options) {
  std::vector<std::string> names = options.workloads;
  if (names.empty()) names.emplace_back("canonical");
  if (names == std::vector<std::string>{"all"}) {
    names.clear();
    for (const Workload& each : workloads) names.emplace_back(each.name);
  }
  Stage stage{options};
  Report report;
  describe(stage, report);
  for (const std::string& name : names) {
    const auto* const found = std::ranges::find(workloads, name, &Workload::name);
    found->run(stage, report);
    stage.forget_copies();
    // Each workload that has ended is safe, whatever becomes of the next.
    if (!options.json.empty()) std::ofstream{options.json} << as_json(report);
  }
  std::fputs(as_text(report).c_str(), stdout);
  if (options.workloads.empty()) std::fputs(("\n" + headlines(report)).c_str(), stdout);
  if (report.has_errors()) throw std::runtime_error{"some runs were errors; they are above"};
}

void run_writer(Load load, const std::string& file) {
  load.sql = text_of_file(file);
  const Written written = write_load(load);
  std::printf("wrote %ld events; p95 of how late they were sent: %.1f ms\n", written.events,
              written.late_ms);
}

std::string listed() {
  std::string text = "Workloads (none: canonical; all: each of them):\n";
  for (const Workload& each : workloads) {
    text += "  " + std::string{each.name} +
            std::string(12 - std::min<std::size_t>(11, std::string{each.name}.size()), ' ') +
            each.what + "\n";
  }
  return text;
}

void add_run_options(CLI::App& app, Options& options) {
  std::vector<std::string> names{"all"};
  for (const Workload& each : workloads) names.emplace_back(each.name);
  app.add_option("workload", options.workloads, "What to measure")->check(CLI::IsMember(names));
  app.add_option("--only", options.only, "Only cases whose name has this in it; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--rounds", options.rounds, "How often, in turn with what it is compared with")
      ->check(CLI::Range(1, 100));
  app.add_flag("--peers", options.peers, "The same work on other systems, in the same session");
  app.add_option("--json", options.json, "Write the report to a file, too");
  app.add_option("--relay", options.relay, "Measure another build of freshet");
  app.add_option("--against", options.against, "Compare with another build, interleaved");
  auto* const small = app.add_flag_callback(
      "--small", [&options] { options.size = Size::small; }, "Seconds, to see that it runs");
  app.add_flag_callback(
         "--full", [&options] { options.size = Size::full; }, "The sizes of the tables; hours")
      ->excludes(small);
}

void add_commands(CLI::App& app, Load& load, std::string& file) {
  auto* const write = app.add_subcommand("write", "Only the open-loop writer");
  write->add_option("--url", load.url)->required();
  write->add_option("--rate", load.rate, "Events per second")->required();
  write->add_option("--seconds", load.seconds)->required();
  write->add_option("--connections", load.connections)->check(CLI::Range(1, 100));
  write->add_option("--sql", file, "$1 due time, $2 key, $3 payload")->required();
  write->callback([&] { run_writer(load, file); });
  auto* const report = app.add_subcommand("report", "A report as Markdown");
  report->add_option("file", file, "What --json wrote")->required();
  report->callback(
      [&] { std::fputs(as_markdown(report_from_json(text_of_file(file))).c_str(), stdout); });
  auto* const chart = app.add_subcommand("chart", "A figure of a report as SVG");
  static std::string workload;
  static std::string figure = "completed";
  chart->add_option("file", file, "What --json wrote")->required();
  chart->add_option("workload", workload)->required();
  chart->add_option("--figure", figure);
  chart->callback([&] {
    std::fputs(as_chart(report_from_json(text_of_file(file)), workload, figure).c_str(), stdout);
  });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Freshet's bench. Start it by ./dev bench, which brings what it needs."};
  Options options;
  Load load;
  std::string file;
  app.footer(listed());
  app.require_subcommand(0, 1);
  add_run_options(app, options);
  add_commands(app, load, file);
  try {
    app.parse(argc, argv);
    if (app.get_subcommands().empty()) run_workloads(options);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
