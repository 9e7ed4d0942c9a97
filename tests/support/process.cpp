#include "tests/support/process.hpp"
#include "tests/support/read_file.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace tests {
namespace {

std::string new_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "freshet-process-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder in /tmp"};
  return name;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv,
                 const std::map<std::string, std::string>& environment, const std::string& input)
    : out_(::memfd_create("out", MFD_CLOEXEC)), err_(::memfd_create("err", MFD_CLOEXEC)) {
  std::vector<std::string> arguments = argv;
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    if (!environment.contains(text.substr(0, text.find('=')))) variables.push_back(text);
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  const std::string from = input.empty() ? "/dev/null" : input;
  posix_spawn_file_actions_addopen(&files, 0, from.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, out_, 1);
  posix_spawn_file_actions_adddup2(&files, err_, 2);
  auto argument_list = pointers(arguments);
  auto variable_list = pointers(variables);
  const int error = posix_spawnp(&pid_, argument_list[0], &files, nullptr, argument_list.data(),
                                 variable_list.data());
  posix_spawn_file_actions_destroy(&files);
  if (error == 0) return;
  ::close(out_);
  ::close(err_);
  throw std::runtime_error{"cannot start " + argv.at(0)};
}

Process::~Process() {
  if (running()) {
    ::kill(pid_, SIGKILL);
    ::kill(pid_, SIGCONT);
    (void)wait();
  }
  ::close(out_);
  ::close(err_);
}

void Process::signal(int number) const {
  ::kill(pid_, number);
}

bool Process::running() {
  if (code_) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return true;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

std::optional<int> Process::wait(std::chrono::milliseconds time) {
  const auto deadline = std::chrono::steady_clock::now() + time;
  while (running() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return code_;
}

std::string Process::out() const {
  return read_file("/proc/self/fd/" + std::to_string(out_));
}
std::string Process::err() const {
  return read_file("/proc/self/fd/" + std::to_string(err_));
}

Ended run_command(const std::vector<std::string>& argv,
                  const std::map<std::string, std::string>& environment, const std::string& input,
                  std::chrono::milliseconds time) {
  const std::string folder = new_folder();
  if (!input.empty()) std::ofstream{folder + "/in"} << input;
  Process process{argv, environment, input.empty() ? "" : folder + "/in"};
  const std::optional<int> code = process.wait(time);
  Ended ended{code.value_or(-1), process.out(), process.err()};
  std::filesystem::remove_all(folder);
  return ended;
}

}  // namespace tests
