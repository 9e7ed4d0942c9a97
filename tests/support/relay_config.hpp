#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/process.hpp"

namespace tests {

/// A settings file in a folder of its own, and the program run with it.
class RelayConfig {
 public:
  explicit RelayConfig(std::string url);
  ~RelayConfig();
  RelayConfig(const RelayConfig&) = delete;
  RelayConfig& operator=(const RelayConfig&) = delete;

  std::string url;                           ///< Of "main"; empty: the file has no [[database]].
  std::string database_extra;                ///< More lines for [[database]].
  std::map<std::string, std::string> relay;  ///< [relay], values as TOML writes them.
  std::string projections;                   ///< TOML text of the [[projection]]s.
  std::string retry_s = "[]";                ///< Of projections and forwards added from here on.
  /// [kafka], values as TOML writes them; none: there is no such section.
  std::map<std::string, std::string> kafka;
  std::map<std::string, std::string> kafka_options;  ///< Values as they are.

  /// Adds a [[projection]].
  void add(const std::string& name, const std::string& events, const std::string& sql,
           const std::string& extra = {});
  /// Adds a [[forward]].
  void add_forward(const std::string& name, const std::string& events, const std::string& topic,
                   const std::string& extra = {});
  /// Adds the text of a settings file's [[projection]]s (everything from the first on).
  void add_from(const std::string& path);

  /// Writes the file anew. @return its path.
  const std::string& write() const;
  /// "freshet WORDS… -c FILE", written anew.
  [[nodiscard]] std::vector<std::string> command(std::vector<std::string> words) const;
  /// Runs that to its end.
  [[nodiscard]] Ended run(std::vector<std::string> words, const std::string& input = {}) const;

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace tests
