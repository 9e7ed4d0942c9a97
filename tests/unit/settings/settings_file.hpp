#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "relay/settings/settings.hpp"

namespace tests {

/// A settings file that is gone at the end of the test.
class SettingsFile {
 public:
  explicit SettingsFile(const std::string& text) {
    char name[] = "/tmp/freshet-settings-XXXXXX";
    const int handle = ::mkstemp(name);
    if (handle >= 0) ::close(handle);
    path_ = name;
    std::ofstream{path_, std::ios::binary} << text;
  }
  ~SettingsFile() { std::filesystem::remove(path_); }
  SettingsFile(const SettingsFile&) = delete;
  SettingsFile& operator=(const SettingsFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline std::optional<std::string> settings_environment(const std::string& name) {
  if (name == "DB_PASSWORD") return "hunter2";
  if (name == "EMPTY") return "";
  if (name == "TRICKY") return "${DB_PASSWORD}";
  return std::nullopt;
}

inline relay::settings::Settings load_settings(
    const std::string& text,
    const relay::settings::Environment& environment = settings_environment) {
  return relay::settings::load(SettingsFile{text}.path(), environment);
}

/// The faults, with the path cut away: "12: sentence".
inline std::vector<std::string> settings_faults(
    const std::string& text,
    const relay::settings::Environment& environment = settings_environment) {
  const SettingsFile file{text};
  try {
    (void)relay::settings::load(file.path(), environment);
  } catch (const relay::settings::SettingsError& error) {
    std::vector<std::string> faults = error.faults;
    for (std::string& fault : faults) {
      EXPECT_EQ(fault.rfind(file.path() + ":", 0), 0U) << fault;
      fault.erase(0, file.path().size() + 1);
    }
    return faults;
  }
  return {};
}

inline const std::string one_database = "[[database]]\nname = \"main\"\nurl = \"dbname=app\"\n";

}  // namespace tests
