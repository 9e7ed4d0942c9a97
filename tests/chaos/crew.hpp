#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/child.hpp"
#include "tests/chaos/moment.hpp"

namespace chaos {

/// What a process used at a moment.
struct Usage {
  int threads = 0;
  int descriptors = 0;
  long rss_kib = 0;
};

/// How one relay is run.
struct RelaySpec {
  std::string name;
  std::string program;
  std::string settings;    ///< The text of its settings file.
  bool may_abort = false;  ///< Its projection is made to kill it.
};

/// The relays under test, each started again a moment after it ended. Threads: any.
class Crew {
 public:
  /// @param environment what each gets besides ours.
  Crew(std::string folder, std::vector<RelaySpec> specs,
       std::map<std::string, std::string> environment);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  [[nodiscard]] std::size_t size() const { return relays_.size(); }
  void signal(std::size_t relay, int number);
  /// SIGTERM, twice when `twice`; waits for the end. What took longer than its limit, or ended by a
  /// signal, is a fault.
  void terminate(std::size_t relay, bool twice);
  /// Terminates all, and none is started again.
  void retire();
  /// How often a relay was started, which changes when it was started again.
  [[nodiscard]] int starts(std::size_t relay);
  [[nodiscard]] bool running(std::size_t relay);
  /// Its process, and when that was started.
  struct Life {
    pid_t pid = -1;
    long from_ms = 0;
  };
  [[nodiscard]] Life life(std::size_t relay);
  /// The most that each relay used in its first half minute, and now; of those older than a minute.
  [[nodiscard]] std::vector<std::pair<Usage, Usage>> usages();
  /// What no relay may do: die by a signal that nobody sent, not end in time.
  [[nodiscard]] std::vector<std::string> faults();
  /// Its FRESHET_FAILPOINTS from its next start on; empty: those of the environment.
  void arm(std::size_t relay, const std::string& failpoints);
  /// Each end of a relay: what it was about to commit is done again.
  [[nodiscard]] std::vector<Moment> moments();
  /// How often relays ended, by exit code.
  [[nodiscard]] std::map<int, int> ends();
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// Another command of the program (`dead retry …`) with a relay's settings, its output kept among
  /// the logs. @return the exit code.
  int command(std::size_t relay, std::vector<std::string> words);

  static constexpr int drain_s = 5;  ///< What each relay's settings say.

 private:
  struct Relay {
    RelaySpec spec;
    std::unique_ptr<Child> child;
    int starts = 0;
    bool killed = false;  ///< The end that comes was asked for.
    bool deadly = false;  ///< Its failpoints kill it.
    std::string failpoints;
    bool held = false;  ///< Being terminated: its killer waits for the end.
    std::chrono::steady_clock::time_point since;
    long since_ms = 0;
    Usage settled;
  };

  void watch(const std::stop_token& stop);
  void start(Relay& relay);
  static void note_usage(Relay& relay);
  void ended(Relay& relay, int code);
  std::string settings_file(const Relay& relay) const;

  std::string folder_;
  std::map<std::string, std::string> environment_;
  std::mutex mutex_;
  std::vector<Relay> relays_;
  std::vector<std::string> faults_;
  std::map<int, int> ends_;
  std::vector<Moment> moments_;
  std::jthread watcher_;
};

}  // namespace chaos
