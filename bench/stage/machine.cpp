#include "bench/stage/machine.hpp"

#include <sys/utsname.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

#include "bench/figures/text.hpp"
#include "tests/support/process.hpp"

namespace bench {
namespace {

std::string line_of(const std::string& path, const std::string& name) {
  std::ifstream file{path};
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    const auto colon = line.find(':');
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::string today() {
  const std::time_t time = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
  return text.data();
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes it
  return value == nullptr ? "" : value;
}

}  // namespace

void describe(Stage& stage, Report& report) {
  utsname kernel{};
  ::uname(&kernel);
  std::string load;
  std::ifstream{"/proc/loadavg"} >> load;
  if (!load.empty() && std::stod(load) > 0.5) {
    say("the load of this machine is " + load + ": others are at work, and figures will be noisy");
  }
  const std::string kib = line_of("/proc/meminfo", "MemTotal");
  report.machine["when"] = today();
  report.machine["processor"] = line_of("/proc/cpuinfo", "model name");
  report.machine["cores"] = std::to_string(std::thread::hardware_concurrency());
  report.machine["memory"] =
      kib.empty() ? "unknown" : text_of(std::stod(kib) / 1024 / 1024) + " GiB";
  report.machine["kernel"] = std::string{kernel.sysname} + " " + kernel.release;
  report.machine["load before"] = load;

  for (const Subject& subject : stage.subjects()) {
    report.versions[subject.name] =
        first_line(tests::run_command({subject.binary, "--version"}).out);
  }
  report.versions["commit"] = variable("FRESHET_BENCH_COMMIT");
  report.versions["PostgreSQL"] = stage.admin().value("SHOW server_version");
  report.versions["compiler"] = "g++ " __VERSION__;

  for (const auto& row : stage.admin().run(
           "SELECT name, current_setting(name) FROM pg_settings "
           "WHERE name IN ('shared_buffers', 'max_wal_size', 'fsync', 'synchronous_commit', "
           "'full_page_writes', 'track_commit_timestamp', 'max_connections', 'wal_level', "
           "'autovacuum', 'work_mem', 'jit') ORDER BY name")) {
    report.server_settings[row.at(0)] = row.at(1);
  }
}

}  // namespace bench
