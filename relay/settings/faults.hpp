#pragma once

#include <map>
#include <string>
#include <vector>

namespace relay::settings {

/// Collects every fault of a file, so that one run shows them all, in the order of their lines.
class Faults {
 public:
  explicit Faults(std::string path) : path_(std::move(path)) {}

  /// @param line 1 is the first; 0: the fault belongs to the file as a whole.
  void add(unsigned line, const std::string& sentence);
  /// @throws SettingsError when there is any.
  void throw_if_any() const;

 private:
  std::string path_;
  std::multimap<unsigned, std::string> by_line_;
};

/// Where a section and its keys stand, for faults that are found after reading.
struct Place {
  unsigned line = 0;
  std::map<std::string, unsigned> keys = {};  ///< 0: an environment variable says it.

  [[nodiscard]] bool has(const std::string& key) const { return keys.count(key) > 0; }
  /// The key's line; the section's where the key is not given.
  [[nodiscard]] unsigned of(const std::string& key) const { return has(key) ? keys.at(key) : line; }
};

}  // namespace relay::settings
