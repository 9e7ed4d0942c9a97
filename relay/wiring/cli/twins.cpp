#include "relay/wiring/cli/twins.hpp"

#include <utility>

namespace relay::wiring {

Twins::Twins(const Blueprint& blueprint)
    : databases_(blueprint.settings.databases),
      identities_(databases_.size()),
      said_(databases_.size()) {}

void Twins::look(std::size_t place, pg::Connection& connection) noexcept {
  if (databases_.size() < 2 || identities_[place]) return;
  try {
    identities_[place] = preflight::read_outbox_identity(connection);
  } catch (...) {  // the work itself says what is wrong
    identities_[place].reset();
  }
}

void Twins::is(std::size_t place, std::optional<preflight::OutboxIdentity> identity) {
  identities_[place] = std::move(identity);
}

const std::string& Twins::same_as(std::size_t place) {
  static const std::string nothing;
  const auto& identity = identities_[place];
  if (!identity) return nothing;
  std::optional<std::string>& said = said_[place];
  if (said) return *said;
  preflight::NamedOutbox one{databases_[place].name, *identity};
  auto& alike = seen_[identity->database + " " + identity->schema];
  const preflight::Findings found = preflight::compare_outbox(one, alike);
  if (found.empty()) alike.push_back(std::move(one));
  return said.emplace(found.empty() ? "" : found.front().sentence);
}

}  // namespace relay::wiring
