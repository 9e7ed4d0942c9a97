#include "relay/wiring/cli/terminal.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

namespace relay::wiring {

bool confirmed(bool without_asking) {
  if (without_asking || ::isatty(STDIN_FILENO) != 1) return true;
  std::cout << "Go on? [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return true;
  std::cout << "Nothing was changed.\n";
  return false;
}

ProgressBar::ProgressBar() : terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (terminal_) std::fputs("\r\033[K", stderr);
}

void ProgressBar::show(std::int64_t done, std::int64_t total) const {
  if (!terminal_) return;
  constexpr std::int64_t width = 40;
  const auto filled =
      static_cast<std::size_t>(total > 0 ? std::min(done, total) * width / total : 0);
  const std::string bar = std::string(filled, '#') + std::string(width - filled, '.');
  std::fprintf(stderr, "\r[%s] %lld of %lld ", bar.c_str(), static_cast<long long>(done),
               static_cast<long long>(total));
}

}  // namespace relay::wiring
