#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "bench/stage/memory.hpp"
#include "bench/stage/stage.hpp"
#include "tests/support/process.hpp"

namespace bench {

/// The settings of a relay under measurement; the rest is at its default.
struct RelaySettings {
  std::string completion = "update";
  int workers = 2;
  int batch_size = 500;
  int poll_min_ms = 1;
  bool listen = false;                   ///< For NOTIFY; who publishes needs `wake_by_trigger`.
  std::string listeners;                 ///< TOML of its [[projection]]s and [[forward]]s.
  std::string kafka;                     ///< Brokers, when there is a [[forward]].
  bool waits_for_disk = true;            ///< synchronous_commit.
  std::string instance;                  ///< Empty: the relay's own choice.
  std::string retention;                 ///< Lines of [retention].
  std::string process;                   ///< More lines of [relay].
  std::vector<std::string> others = {};  ///< Urls of more databases that it serves.
};

/// A settings file as text.
[[nodiscard]] std::string settings_text(const RelaySettings& settings, const std::string& url,
                                        const std::string& folder);

/// A relay as users run it: a process with a settings file. Killed in the destructor.
class Relay {
 public:
  /// Starts `BINARY run WORDS… -c FILE`. @param url the database as the relay sees it.
  Relay(const Stage& stage, const std::string& binary, const RelaySettings& settings,
        const std::string& url, std::vector<std::string> words = {});

  /// Waits until it ends by itself. @throws std::runtime_error with the end of its log when it does
  /// not, or not well.
  void finish(std::chrono::seconds time);
  /// SIGTERM, and waits. @throws std::runtime_error as above.
  void stop();

  [[nodiscard]] pid_t pid() const { return process_.pid(); }
  [[nodiscard]] bool running() { return process_.running(); }
  [[nodiscard]] double peak() const { return watch_.peak(); }  ///< Memory, MiB.
  [[nodiscard]] std::string log() const;

 private:
  tests::Process process_;
  MemoryWatch watch_;
};

/// Whether this build knows more lines of [relay]. @param url of a database that is there.
[[nodiscard]] bool takes(const Stage& stage, const std::string& binary, const std::string& lines,
                         const std::string& url);

/// `BINARY migrate` with these settings. @throws std::runtime_error with what it said.
void migrate(const Stage& stage, const std::string& binary, const RelaySettings& settings,
             const std::string& url);

}  // namespace bench
