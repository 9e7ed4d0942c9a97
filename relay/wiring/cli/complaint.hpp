#pragma once

#include <string>

namespace relay::wiring {

/// Why a command, or its part in one database, came to nothing.
struct Complaint {
  std::string sentence;  ///< Says what to do where that is known.
  int code = 1;          ///< One of `Exit`.
};

/// Of the exception in flight; call it in a catch block. Anything but a settings::SettingsError.
[[nodiscard]] Complaint complaint_in_flight();

}  // namespace relay::wiring
