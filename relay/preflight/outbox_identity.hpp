#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"
#include "relay/preflight/finding.hpp"

namespace relay::preflight {

/// Which outbox this is, by whatever way it is reached.
struct OutboxIdentity {
  std::string system_identifier;  ///< The cluster's; empty: this role may not read it.
  std::string server_start;       ///< UTC, to the microsecond; tells servers apart without it.
  std::string database;
  std::string schema;  ///< Of event_publication.
  std::string role;    ///< Whose look it was, as SQL writes it.
};

/// An outbox and the `[[database]]` that leads to it.
struct NamedOutbox {
  std::string name;
  OutboxIdentity identity;
};

/// Nothing: there is no event_publication. @throws pqxx::failure and kin.
[[nodiscard]] std::optional<OutboxIdentity> read_outbox_identity(pg::Connection& connection);

/// Pure.
[[nodiscard]] bool is_same(const OutboxIdentity& a, const OutboxIdentity& b);

/// A fault when it is the outbox of one of the others, whatever their names: "it is the same outbox
/// as …", to be said of it by name; else nothing. Two engines of one process would take turns at
/// it, and each would count the other's work as its own. Pure.
[[nodiscard]] Findings compare_outbox(const NamedOutbox& one, std::span<const NamedOutbox> others);

/// With several, a warning for each that may not read the cluster's identifier. Pure.
[[nodiscard]] Findings told_by_start(const std::vector<NamedOutbox>& outboxes);

}  // namespace relay::preflight
