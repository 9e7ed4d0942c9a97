#include "tests/chaos/in_folder.hpp"

#include <unistd.h>
#include <csignal>

#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace chaos {
namespace {

volatile sig_atomic_t interrupts = 0;

void interrupt(int /*signal*/) {
  interrupts = 1;
}

// A folder for everything, in reach of the user postgres.
std::string make_folder() {
  std::string folder = (std::filesystem::temp_directory_path() / "freshet-chaos-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error{"cannot make " + folder};
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  return folder;
}

}  // namespace

bool interrupted() {
  return interrupts != 0;
}

int run_in_folder(const Options& options,
                  const std::function<long(const std::string& folder)>& body) {
  ::signal(SIGINT, interrupt);
  ::signal(SIGTERM, interrupt);
  ::signal(SIGPIPE, SIG_IGN);
  std::cout << "seed " << options.seed << "; to repeat: " << repeat(options) << "\n" << std::flush;
  const std::string folder = make_folder();
  long violations = 1;
  try {
    violations = body(folder);
  } catch (const std::exception& error) {
    std::cout << "the harness itself broke: " << error.what() << "\n";
  }
  if (violations == 0 && !options.keep) {
    std::filesystem::remove_all(folder);
  } else {
    std::cout << "logs and data: " << folder << "\n";
  }
  std::cout << (violations == 0 ? "no violation" : "VIOLATED") << "; to repeat: " << repeat(options)
            << "\n";
  return violations == 0 ? 0 : 1;
}

}  // namespace chaos
