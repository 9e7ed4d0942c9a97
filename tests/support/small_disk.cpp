#include "tests/support/small_disk.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace tests {

std::optional<std::string> SmallDisk::missing() {
  try {
    const SmallDisk tried{1};
    return std::nullopt;
  } catch (const std::exception& error) {
    return error.what();
  }
}

SmallDisk::SmallDisk(int megabytes) {
  path_ = (std::filesystem::temp_directory_path() / "freshet-disk-XXXXXX").string();
  if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
  const std::string options = "mode=0755,size=" + std::to_string(megabytes) + "m";
  if (::mount("none", path_.c_str(), "tmpfs", 0, options.c_str()) == 0) return;
  const std::string why = std::strerror(errno);
  ::rmdir(path_.c_str());
  throw std::runtime_error{"a small disk cannot be mounted here: " + why};
}

SmallDisk::~SmallDisk() {
  ::umount2(path_.c_str(), MNT_DETACH);
  ::rmdir(path_.c_str());
}

void SmallDisk::fill() const {
  const int file =
      ::open((path_ + "/filler").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0) throw std::runtime_error{"cannot make a file to fill a disk with"};
  static constexpr std::array<char, 65'536> zeros{};
  for (std::size_t size = zeros.size(); size > 0; size /= 2) {
    while (::write(file, zeros.data(), size) > 0) {
    }
  }
  ::close(file);
}

void SmallDisk::make_room() const {
  ::unlink((path_ + "/filler").c_str());
}

}  // namespace tests
