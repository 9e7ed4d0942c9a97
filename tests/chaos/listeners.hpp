#pragma once

#include <string>
#include <vector>

namespace chaos {

/// A projection of the harness, as the relays are told of it and as the checker judges it. Its
/// effects lie in effects_<name>, its state by key in state_<name>.
struct Listener {
  std::string name;
  std::string events;           ///< The pattern it subscribes to.
  std::vector<double> retry_s;  ///< Pauses between its attempts; one more attempt than pauses.
  bool skips = false;           ///< on_dead = "skip": its keys go on behind a dead letter.
  bool detached = false;
  bool on_small_disk = false;  ///< Its effects lie in the table space that can be full.
  bool in_service = false;     ///< Written in C++ and run by the crashing service alone.

  [[nodiscard]] int attempts_max() const { return static_cast<int>(retry_s.size()) + 1; }
  /// A condition over chaos_written w: what it must see.
  [[nodiscard]] std::string wants() const;
};

/// All of them. They are constant.
const std::vector<Listener>& listeners();

/// [[projection]] sections for those that are SQL.
std::string projections_toml();

/// What creates the tables and functions of the harness. They belong to `owner`; `writer` may
/// publish. @param small_disk whether the table space "small" is to be used.
std::string create_tables(const std::string& owner, const std::string& writer, bool small_disk);

}  // namespace chaos
