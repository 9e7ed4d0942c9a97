#pragma once

#include <string>
#include <vector>

#include "projections/harness/given_event.hpp"
#include "projections/registry.hpp"

namespace tests {

/// A projection of config/helpdesk.toml, with all tables that it writes.
struct ShippedProjection {
  projections::Projection projection;
  std::vector<std::string> tables;
};

/// The three of config/helpdesk.toml as they are shipped.
[[nodiscard]] std::vector<ShippedProjection> shipped_projections();

/// config/helpdesk.sql.
[[nodiscard]] std::string helpdesk_tables();

/// The first `count` rows of the incident log as events, in the file's order; empty when the log is
/// not on this machine (FRESHET_INCIDENT_LOG, or ../shared/data beside the checkout).
[[nodiscard]] std::vector<projections::harness::GivenEvent> incident_log(std::size_t count);

}  // namespace tests
