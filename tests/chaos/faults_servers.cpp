// What befalls PostgreSQL, PgBouncer and their disks.
#include <fcntl.h>
#include <unistd.h>
#include <csignal>

#include <filesystem>

#include "tests/chaos/fault.hpp"

namespace chaos {
namespace {

using Track = Fault::Track;

void restart(Arena& arena, int signal) {
  arena.servers().primary().stop(signal);
  arena.servers().primary().start();
}

void on_backend(Arena& arena, Random& random, const std::string& function) {
  for (int i = 0; i < 3; ++i) {
    const int pid = some_backend(arena, random);
    if (pid != 0) arena.admin().exec("SELECT " + function + "(" + std::to_string(pid) + ")");
    hold(random, 0.02, 0.3);
  }
}

void stop_backend(Arena& arena, Random& random) {
  const int pid = some_backend(arena, random);
  if (pid == 0) return;
  ::kill(pid, SIGSTOP);
  hold(random, 1, 6);
  ::kill(pid, SIGCONT);
}

void kill_backend(Arena& arena, Random& random) {
  if (const int pid = some_backend(arena, random); pid != 0) ::kill(pid, SIGKILL);
  hold(random, 0.5, 2);
}

void stop_postmaster(Arena& arena, Random& random) {
  const pid_t pid = arena.servers().primary().postmaster();
  if (pid <= 0) return;  // it is not there just now, and these numbers mean many processes
  ::kill(pid, SIGSTOP);
  hold(random, 1, 6);
  ::kill(pid, SIGCONT);
}

void promote(Arena& arena, Random& random) {
  arena.servers().fail_over();
  hold(random, 0, 2);
  arena.proxy().point_at(arena.servers().primary_port());
  arena.proxy().cut();
  if (arena.bouncer() != nullptr) arena.bouncer()->point_at(arena.servers().primary_port());
  hold(random, 1, 4);
  arena.servers().rebuild_standby();
}

void fill_disk(Arena& arena, Random& random) {
  const std::string file = arena.servers().primary().tablespace() + "/filler";
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  // tmpfs takes what there is room for, and in ever smaller pieces up to the last page.
  for (off_t piece = 1 << 24, at = 0; piece >= 4096;) {
    if (::posix_fallocate(fd, at, piece) == 0) {
      at += piece;
    } else {
      piece /= 2;
    }
  }
  ::close(fd);
  hold(random, 2, 6);
  std::filesystem::remove(file);
}

void pause_bouncer(Arena& arena, Random& random) {
  arena.bouncer()->command("PAUSE");
  hold(random, 0.5, 5);
  arena.bouncer()->command("RESUME");
}

}  // namespace

std::vector<Fault> server_faults(Arena& arena) {
  std::vector<Fault> faults = {
      {"backend-terminate", Track::servers, 5,
       [](Arena& a, Random& r) { on_backend(a, r, "pg_terminate_backend"); }},
      {"backend-cancel", Track::servers, 5,
       [](Arena& a, Random& r) { on_backend(a, r, "pg_cancel_backend"); }},
      {"backend-kill", Track::servers, 2, kill_backend},
      {"backend-stop", Track::servers, 2, stop_backend},
      {"postmaster-kill", Track::servers, 2, [](Arena& a, Random&) { restart(a, SIGKILL); }},
      {"postmaster-stop", Track::servers, 1, stop_postmaster},
      {"restart-immediate", Track::servers, 2, [](Arena& a, Random&) { restart(a, SIGQUIT); }},
      {"restart-fast", Track::servers, 1, [](Arena& a, Random&) { restart(a, SIGINT); }},
      {"promotion", Track::servers, 2, promote},
  };
  if (arena.servers().has_small_disk()) {
    faults.push_back({"disk-full", Track::servers, 3, fill_disk});
  }
  if (arena.bouncer() != nullptr) {
    faults.push_back(
        {"bouncer-restart", Track::servers, 2, [](Arena& a, Random&) { a.bouncer()->restart(); }});
    faults.push_back({"bouncer-pause", Track::servers, 2, pause_bouncer});
  }
  return faults;
}

}  // namespace chaos
