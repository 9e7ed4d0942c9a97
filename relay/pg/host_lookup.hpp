#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace relay::pg {

/// What a host's name stands for.
struct HostAnswer {
  std::vector<std::string> addresses;  ///< As text, in the order in which they are to be tried.
  std::string why_not;                 ///< The system's words when there are none; else empty.
};

/// Looks up hosts' names for as long as the caller is willing to wait. The system's resolver has no
/// deadline and cannot be interrupted, so each name is asked for on a thread of its own, and the
/// caller leaves it behind when its time is over. A name that is being looked up is not asked for
/// again, only waited for. Nothing is remembered, but for addresses that came too late for all
/// callers: the first to ask within a minute gets them, and others for some seconds more, or a
/// resolver that is always late would keep all out for ever.
///
/// Threads: any. At most `most_at_once` look-ups run, each with a thread that is joined when it is
/// over; a caller that finds no place waits. The destructor waits for all of them, as long as the
/// resolver takes; the process's own, `shared()`, is never destroyed.
class HostLookup {
 public:
  using Clock = std::chrono::steady_clock;
  using Resolve = std::function<HostAnswer(const std::string&)>;
  using Answers = std::map<std::string, HostAnswer>;

  static constexpr int most_at_once = 64;
  static constexpr std::chrono::seconds late_is_kept{60};

  /// @param resolve asks for one name. By default the system, as libpq does: hosts file, DNS and
  /// whatever nsswitch.conf names. @param late_is_shared how long what came too late is there for
  /// others, too, once one caller has had it.
  explicit HostLookup(Resolve resolve = ask_system,
                      std::chrono::milliseconds late_is_shared = std::chrono::seconds{5});
  ~HostLookup();
  HostLookup(const HostLookup&) = delete;
  HostLookup& operator=(const HostLookup&) = delete;

  /// Waits until `all` for the answers to all names, and on until `any` for that to one of them at
  /// least. @return those there are by then, also none.
  /// @throws std::system_error when no thread can be made.
  Answers ask(const std::vector<std::string>& names, Clock::time_point all, Clock::time_point any);

  /// How many run now, also of those without a caller that waits.
  [[nodiscard]] int running() const;

  static HostLookup& shared();
  /// As long as it takes.
  static HostAnswer ask_system(const std::string& name);

 private:
  struct Lookup {
    HostAnswer answer;
    std::optional<Clock::time_point> done_at;
    Clock::time_point stale_at = Clock::time_point::max();
    std::thread thread;
  };
  using Lookups = std::map<std::string, std::shared_ptr<Lookup>>;

  void begin(const std::string& name);
  void run(const std::string& name, Lookup& lookup) noexcept;
  void forget_what_is_stale();
  [[nodiscard]] int count_running() const;

  Resolve resolve_;
  std::chrono::milliseconds late_is_shared_;
  mutable std::mutex
      mutex_;  ///< Guards all below. A thread is joined under it: it needs it no more.
  std::condition_variable done_;
  Lookups lookups_;  ///< Those that run, and those that came too late.
};

}  // namespace relay::pg
