#include "bench/stage/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bench {
namespace {

double status_mib(pid_t process, const std::string& name) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

// The numbers of /proc/PID/stat after the name in brackets, which may hold anything; the first of
// them is the state's field, number 3 in proc(5).
std::string stat_field(const std::string& process, int number) {
  std::ifstream file{"/proc/" + process + "/stat"};
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  std::istringstream fields{all.substr(std::min(all.size(), all.rfind(')') + 1))};
  std::string field;
  for (int at = 3; at <= number; ++at) fields >> field;
  return field;
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

double peak_mib(pid_t process) {
  return status_mib(process, "VmHWM");
}

double resident_mib(pid_t process) {
  return status_mib(process, "VmRSS");
}

double group_resident_mib(pid_t group) {
  double sum = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (stat_field(name, 5) == std::to_string(group)) sum += resident_mib(process);
  }
  return sum;
}

double cpu_seconds(pid_t process) {
  const std::string user = stat_field(std::to_string(process), 14);
  const std::string system = stat_field(std::to_string(process), 15);
  if (user.empty() || system.empty()) return 0;
  return (std::stod(user) + std::stod(system)) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_seconds_of_ended() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

MemoryWatch::MemoryWatch(pid_t process)
    : thread_([this, process] {
        while (!stop_) {
          peak_ = std::max<double>(peak_, peak_mib(process));
          std::this_thread::sleep_for(std::chrono::milliseconds{20});
        }
      }) {}

void MemoryWatch::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

}  // namespace bench
