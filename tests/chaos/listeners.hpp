#pragma once

#include <string>
#include <vector>

namespace chaos {

/// A listener of the harness, as the relays are told of it and as the checker judges it. A
/// projection's effects lie in effects_<name>, its state by key in state_<name>; what a forward
/// sent lies in its topics, and after they were read in chaos_record.
struct Listener {
  std::string name;
  std::string events;           ///< The pattern it subscribes to.
  std::vector<double> retry_s;  ///< Pauses between its attempts; one more attempt than pauses.
  bool skips = false;           ///< on_dead = "skip": its keys go on behind a dead letter.
  bool detached = false;
  bool on_small_disk = false;            ///< Its effects lie in the table space that can be full.
  bool by_completion = false;            ///< guard = "completion": no guard rows.
  bool in_service = false;               ///< Written in C++ and run by the crashing service alone.
  std::string topic = {};                ///< A forward's template; empty: a projection.
  std::vector<std::string> topics = {};  ///< What comes of it.

  [[nodiscard]] bool is_forward() const { return !topic.empty(); }
  [[nodiscard]] int attempts_max() const { return static_cast<int>(retry_s.size()) + 1; }
  /// A condition over chaos_written w: what it must see.
  [[nodiscard]] std::string wants() const;
};

/// Who listens in a run.
using Cast = std::vector<Listener>;

/// Projections alone, forwards alone, which then drain the events themselves, or both.
enum class Company { projections, forwards, both };
Cast cast_of(Company company);
Cast projections_of(const Cast& cast);
Cast forwards_of(const Cast& cast);

/// [[projection]] sections for those that are SQL, [kafka] and [[forward]] sections for forwards.
/// @param brokers where Kafka is. @param cramped a producer whose batches are many requests and do
/// not fit into its queue.
std::string listeners_toml(const Cast& cast, const std::string& brokers, bool cramped);

/// How long a batch may wait for its acknowledgements; a part of what `listeners_toml` says.
inline constexpr int kafka_timeout_ms = 3150;
/// No record is larger, and planted events are.
inline constexpr int record_bytes_max = 20'000;

/// What creates the tables and functions of the harness, those of every projection there is. They
/// belong to `owner`; `writer` may publish. @param small_disk whether the table space "small" is to
/// be used.
std::string create_tables(const std::string& owner, const std::string& writer, bool small_disk);

}  // namespace chaos
