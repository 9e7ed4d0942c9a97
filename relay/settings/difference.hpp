#pragma once

#include <string>
#include <vector>

#include "relay/settings/settings.hpp"

namespace relay::settings {

/// What must happen so that those are served that are wanted.
struct Difference {
  std::vector<Database> begin;    ///< Wanted and not served.
  std::vector<std::string> end;   ///< Served and not wanted, by name.
  std::vector<Database> changed;  ///< Served, and wanted otherwise: as they are wanted.

  [[nodiscard]] bool nothing() const { return begin.empty() && end.empty() && changed.empty(); }
};

/// Compares two lists by name, in their order; any setting that differs makes a change. Pure.
/// @param now each name once, as in `wanted`.
[[nodiscard]] Difference difference(const std::vector<Database>& now,
                                    const std::vector<Database>& wanted);

/// What a file that is read again says otherwise. `databases` may be taken over while running:
/// `[[database]]`, `[databases]`, `[retention]`, and what `[relay]` says of databases' work.
struct WhatChanged {
  std::vector<std::string>
      at_next_start;  ///< "[relay] workers, drain_s", "[[forward]] \"x\" topic".
  bool databases = false;
  std::string sentence;  ///< Of both; no values, so no secrets.
};

/// Pure. @param before what the process began with, as far as it was not taken over since.
[[nodiscard]] WhatChanged what_changed(const Settings& before, const Settings& now);

}  // namespace relay::settings
