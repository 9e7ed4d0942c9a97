#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/pg/connection.hpp"
#include "relay/preflight/outbox_identity.hpp"
#include "relay/wiring/blueprint.hpp"

namespace relay::wiring {

/// Which databases lead to an outbox that one before them leads to: a command is about an outbox
/// once. By places in the settings. Threads: `look` any number at once, each for another place;
/// `same_as` one, place after place, when the looks at them are through.
class Twins {
 public:
  explicit Twins(const Blueprint& blueprint);

  /// Which outbox it is; needs no look where there is one database alone. What cannot be told is
  /// nobody's twin. Never throws.
  void look(std::size_t place, pg::Connection& connection) noexcept;
  /// The same, known by another look.
  void is(std::size_t place, std::optional<preflight::OutboxIdentity> identity);

  /// "it is the same outbox as "c1" (…); remove one of them", or "". Said again when asked again.
  [[nodiscard]] const std::string& same_as(std::size_t place);

 private:
  const std::vector<settings::Database>& databases_;
  std::vector<std::optional<preflight::OutboxIdentity>> identities_;
  std::map<std::string, std::vector<preflight::NamedOutbox>> seen_;  ///< By database and schema.
  std::vector<std::optional<std::string>> said_;
};

}  // namespace relay::wiring
