#pragma once

#include <cstdint>

namespace relay::wiring {

/// Asks "Go on?" where standard input is a terminal; elsewhere the answer is yes. A no is told.
[[nodiscard]] bool confirmed(bool without_asking);

/// Draws a bar on standard error, where that is a terminal; wiped away at the end.
class ProgressBar {
 public:
  ProgressBar();
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::int64_t done, std::int64_t total) const;

 private:
  bool terminal_;
};

}  // namespace relay::wiring
