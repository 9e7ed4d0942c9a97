#include "tests/chaos/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace chaos {
namespace {

const passwd* postgres_user() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  if (user == nullptr) throw std::runtime_error{"root needs the user postgres to run servers as"};
  return user;
}

std::vector<std::string> environment_of(const Launch& launch) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text{*entry};
    if (!launch.environment.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : launch.environment) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  return raw;
}

}  // namespace

Child::Child(const Launch& launch) {
  std::vector<std::string> words = launch.argv;
  std::vector<std::string> variables = environment_of(launch);
  const std::vector<char*> argv = pointers(words);
  const std::vector<char*> envp = pointers(variables);
  const passwd* user = launch.as_postgres ? postgres_user() : nullptr;
  const int out = ::open(launch.log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const int in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (out < 0 || in < 0) throw std::runtime_error{"cannot open " + launch.log};
  pid_ = ::fork();
  if (pid_ == 0) {  // other threads hold locks: nothing but system calls from here on
    ::setpgid(0, 0);
    ::dup2(in, 0);
    ::dup2(out, 1);
    ::dup2(out, 2);
    if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 ||
                            ::setuid(user->pw_uid) != 0 || ::chdir("/") != 0)) {
      ::_exit(126);
    }
    ::execvpe(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(in);
  ::close(out);
  if (pid_ < 0) throw std::runtime_error{"cannot start " + launch.argv.at(0)};
}

Child::~Child() {
  signal(SIGKILL);
  (void)wait(std::chrono::seconds{10});
}

void Child::signal(int number) {
  const std::lock_guard lock{mutex_};
  if (!code_) ::kill(pid_, number);
}

std::optional<int> Child::wait(std::chrono::milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (true) {
    {
      const std::lock_guard lock{mutex_};
      int status = 0;
      if (!code_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
        code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
      }
      if (code_) return code_;
    }
    if (std::chrono::steady_clock::now() >= until) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

bool Child::running() {
  return !wait(std::chrono::milliseconds{0});
}

int run_to_end(const Launch& launch) {
  Child child{launch};
  return child.wait(std::chrono::minutes{1}).value_or(-1);
}

void give_to_postgres(const std::string& path) {
  const passwd* user = postgres_user();
  if (user != nullptr && ::chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) {
    throw std::runtime_error{"cannot give " + path + " to postgres"};
  }
}

}  // namespace chaos
