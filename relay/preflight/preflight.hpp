#pragma once

#include <optional>

#include "relay/preflight/finding.hpp"
#include "relay/preflight/outbox_identity.hpp"
#include "relay/preflight/subject.hpp"

namespace relay::preflight {

/// Checks one database for everything a relay needs, and goes on after a fault as far as it can, so
/// that one run shows them all. Changes nothing. Never throws for what it may find: an unreachable
/// host is a finding too.
/// @param outbox gets which outbox it is, where the schema is as it should be; may be null.
[[nodiscard]] Findings inspect(const Subject& subject,
                               std::optional<OutboxIdentity>* outbox = nullptr);

}  // namespace relay::preflight
