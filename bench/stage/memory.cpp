#include "bench/stage/memory.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "bench/stage/processes.hpp"

namespace bench {
namespace {

double status_mib(pid_t process, const std::string& name) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/status"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  }
  return 0;
}

double seconds_of(const timeval& time) {
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
  for (const pid_t process : processes_with(5, std::to_string(group))) {
    sum += resident_mib(process);
  }
  return sum;
}

double cpu_seconds_of_ended() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
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
