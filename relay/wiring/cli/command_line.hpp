#pragma once

#include <optional>
#include <string>
#include <variant>

#include "relay/operate/dead/dead_filter.hpp"
#include "relay/operate/replay/replay_filter.hpp"

namespace relay::wiring {

/// The exit codes of every subcommand.
enum Exit : int { fine = 0, other = 1, usage = 2, database = 3 };

/// What the command line asks for. Fields that a verb does not use keep their defaults.
struct Command {
  enum class Verb {
    migrate,
    check,
    run,
    status,
    listeners_list,
    listeners_retire,
    dead_list,
    dead_show,
    dead_retry,
    dead_discard,
    keys_blocked,
    pause,
    resume,
    publish,
    replay,
    settings,
    purge
  };
  /// replay.
  struct Replay {
    std::string forward = {};
    std::string topic = {};
    operate::ReplayFilter filter = {};
    int rate = 0;  ///< Events per second; 0: as fast as it goes.
    bool restart = false;
  };
  Verb verb = Verb::check;
  std::string config;                        ///< `-c FILE`.
  std::optional<std::string> database = {};  ///< `--database NAME`; absent: all, where that can be.
  bool drain = false;                        ///< run.
  bool json = false;                         ///< status, dead list.
  std::optional<int> watch_s = {};           ///< status: for how many seconds.
  std::string listener = {};                 ///< listeners retire, pause, resume.
  operate::DeadFilter dead = {};             ///< dead …; keys blocked: its projection.
  bool all = false;                          ///< dead retry: without any filter.
  int limit = 100;                           ///< dead list, keys blocked: rows shown of each.
  std::string reason = {};                   ///< dead discard, pause, resume.
  bool yes = false;                          ///< What changes something: do not ask.
  int batch = 500;                           ///< publish: lines per transaction, 1 … 10,000.
  bool adopt = false;                        ///< settings.
  bool dry_run = false;                      ///< purge.
  Replay replay = {};
};

/// Reads the command line. Prints help and version to standard output and faults to standard error.
/// @return the command, or the exit code where there is nothing left to do.
[[nodiscard]] std::variant<Command, int> parse(int argc, const char* const* argv);

}  // namespace relay::wiring
