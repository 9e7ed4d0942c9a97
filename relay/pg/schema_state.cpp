#include "relay/pg/schema_state.hpp"

#include <algorithm>

#include "schema/statements.hpp"

namespace relay::pg {
namespace {

using Kind = SchemaState::Kind;

// A worse finding is not covered up by a lesser one: `changed` and `newer` end the search.
SchemaState judge(const pqxx::result& history, std::span<const schema::Migration> known) {
  SchemaState state{Kind::current, 0, known.empty() ? 0 : known.back().version, ""};
  const auto note = [&state](Kind kind, std::string_view file) {
    if (state.kind == Kind::current)
      state = {kind, state.version, state.expected, std::string{file}};
  };
  auto file = known.begin();
  for (const auto& row : history) {
    const int version = row["version"].as<int>();
    const bool finished = row["finished"].as<bool>();
    if (finished) state.version = version;
    if (version > state.expected)
      return {Kind::newer, version, state.expected, row["file"].c_str()};
    for (; file != known.end() && file->version < version; ++file) note(Kind::older, file->file);
    const bool same =
        file != known.end() && file->version == version && file->sha256 == row["checksum"].c_str();
    if (finished && !same) return {Kind::changed, version, state.expected, row["file"].c_str()};
    if (!finished) note(Kind::unfinished, row["file"].c_str());
    if (file != known.end() && file->version == version) ++file;
  }
  if (file != known.end()) note(Kind::older, file->file);
  return state;
}

}  // namespace

SchemaState schema_state(Connection& connection, std::span<const schema::Migration> known) {
  if (!connection.exec(schema::statements::schema_history_there)[0][0].as<bool>()) {
    return {Kind::missing, 0, known.empty() ? 0 : known.back().version, ""};
  }
  return judge(connection.exec(schema::statements::schema_history_read), known);
}

std::string sentence(const SchemaState& state) {
  const std::string version = std::to_string(state.version);
  const std::string expected = std::to_string(state.expected);
  switch (state.kind) {
    case Kind::current: return "The schema is at version " + version + ", as it should be.";
    case Kind::missing:
      return "This database has no Freshet schema: run freshet migrate -c FILE (or, if it has one "
             "in another schema, name it by \"schema\" in [[database]]).";
    case Kind::older:
      return "The schema is at version " + version + " and this freshet needs version " + expected +
             " (" + state.file + " is the next to apply): run freshet migrate -c FILE.";
    case Kind::unfinished:
      return "The migration " + state.file +
             " is not finished: if no freshet migrate is at work, "
             "run freshet migrate -c FILE, which goes on where it ended.";
    case Kind::newer:
      return "The schema is at version " + version + " and this freshet knows versions up to " +
             expected + ": use the freshet that migrated it, or a newer one.";
    case Kind::changed:
      return "The migration " + state.file +
             " was applied with another text than the one in this "
             "freshet: use the freshet that applied it; applied migrations must never be edited.";
  }
  return "The state of the schema is unknown.";
}

}  // namespace relay::pg
