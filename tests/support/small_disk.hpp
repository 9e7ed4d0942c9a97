#pragma once

#include <optional>
#include <string>

namespace tests {

/// A file system in memory that is soon full. Unmounted in the destructor.
class SmallDisk {
 public:
  /// Why this process can have none, or nothing.
  [[nodiscard]] static std::optional<std::string> missing();
  explicit SmallDisk(int megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// Takes every byte that is left.
  void fill() const;
  /// Gives them back.
  void make_room() const;

 private:
  std::string path_;
};

}  // namespace tests
