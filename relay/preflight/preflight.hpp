#pragma once

#include "relay/preflight/finding.hpp"
#include "relay/preflight/subject.hpp"

namespace relay::preflight {

/// Checks one database for everything a relay needs, and goes on after a fault as far as it can, so
/// that one run shows them all. Changes nothing. Never throws for what it may find: an unreachable
/// host is a finding too.
[[nodiscard]] Findings inspect(const Subject& subject);

}  // namespace relay::preflight
