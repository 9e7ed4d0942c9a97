#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "projections/harness/given_event.hpp"
#include "projections/harness/history.hpp"
#include "projections/harness/read_model.hpp"
#include "projections/harness/report.hpp"
#include "projections/registry.hpp"

namespace projections::harness {

/// The three laws that every projection must keep, checked against a real database:
///  - redelivery: the same batch a second time changes nothing (not kept by a projection whose
///    guard is "completion": a completed event does not come again, and `all` leaves it out);
///  - batching: one batch of N, N batches of one and random splits end in the same rows;
///  - rebuild: emptied tables and guard, then a replay, end in the rows that were there.
///
/// Each run is a transaction that starts from empty tables and is rolled back: nothing stays
/// behind, and events that are there already do not matter. The tables are locked meanwhile
/// (TRUNCATE). Threads: one at a time. Ownership: borrows the projection.
class Laws {
 public:
  /// @param tables all that the projection writes, also what it keeps for itself.
  /// @param seed of the random splits; equal seeds split alike.
  /// @throws pqxx::failure and kin when the database cannot be reached.
  Laws(std::string conninfo, const Projection& projection, std::vector<std::string> tables,
       const std::vector<GivenEvent>& events, unsigned seed = 1);

  [[nodiscard]] Report redelivery() const;
  [[nodiscard]] Report batching() const;
  [[nodiscard]] Report rebuild() const;
  /// All three; the first that is broken, by name.
  [[nodiscard]] Report all() const;

 private:
  struct Run;
  using Cuts = std::vector<std::size_t>;

  [[nodiscard]] Cuts random_cuts(unsigned seed) const;

  std::string conninfo_;
  const Projection& projection_;
  ReadModel model_;
  unsigned seed_;
  History history_;
};

}  // namespace projections::harness
