#include "bench/stage/processes.hpp"

#include <charconv>
#include <csignal>
#include <filesystem>

#include "tests/support/proc_stat.hpp"

namespace bench {

std::vector<pid_t> processes_with(int field, const std::string& value) {
  std::vector<pid_t> all;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc", ignored}) {
    const std::string name = entry.path().filename();
    pid_t process = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
    if (error != std::errc{} || end != name.data() + name.size()) continue;
    if (tests::stat_field(process, field) == value) all.push_back(process);
  }
  return all;
}

int threads_of(pid_t process) {
  const std::string text = tests::stat_field(process, 20);
  return text.empty() ? 0 : std::stoi(text);
}

StoppedServer::StoppedServer(pid_t postmaster) : stopped_{postmaster} {
  ::kill(postmaster, SIGSTOP);
  for (const pid_t child : children_of(postmaster)) {
    ::kill(child, SIGSTOP);
    stopped_.push_back(child);
  }
}

StoppedServer::~StoppedServer() {
  for (const pid_t process : stopped_) ::kill(process, SIGCONT);
}

}  // namespace bench
