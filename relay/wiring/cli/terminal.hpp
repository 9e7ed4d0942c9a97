#pragma once

#include <chrono>
#include <cstdint>

namespace relay::wiring {

/// Asks "Go on?" where standard input is a terminal; elsewhere the answer is yes. A no is told.
[[nodiscard]] bool confirmed(bool without_asking);

/// How often a line says how far it is, where there is no terminal to draw on.
inline constexpr std::chrono::seconds report_every{10};

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
