#pragma once

#include <span>
#include <string>

#include "relay/pg/connection.hpp"
#include "schema/migrations.hpp"

namespace relay::pg {

/// How the schema of a database compares with the migrations of this binary.
struct SchemaState {
  enum class Kind {
    current,     ///< Everything is applied: the only state to start in.
    missing,     ///< Never migrated.
    older,       ///< Some migration is not applied yet.
    unfinished,  ///< A migration was begun and cut off, or is at work.
    newer,       ///< A newer freshet has migrated.
    changed,     ///< An applied migration's text is not the one in this binary.
  };

  Kind kind = Kind::missing;
  int version = 0;   ///< The newest version applied and finished; 0 when none is.
  int expected = 0;  ///< The newest version in this binary.
  std::string
      file;  ///< The migration meant by `older` (the first one), `unfinished` and `changed`.
};

/// Reads the history. Changes nothing and takes no lock that anybody waits for.
/// @throws pqxx::failure and kin when the history cannot be read.
[[nodiscard]] SchemaState schema_state(
    Connection& connection, std::span<const schema::Migration> known = schema::migrations);

/// What is the case and what to do about it, in one sentence.
[[nodiscard]] std::string sentence(const SchemaState& state);

}  // namespace relay::pg
