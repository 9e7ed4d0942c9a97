#pragma once

#include "relay/measure/recorder.hpp"

namespace tests {

/// Takes note of nothing.
struct NoRecorder final : relay::measure::Recorder {
  void applied(relay::measure::Sample) noexcept override {}
  void serving(const std::set<std::string>&, const std::set<std::string>&) override {}
  void trouble(const std::string&, const std::string&) noexcept override {}
};

}  // namespace tests
