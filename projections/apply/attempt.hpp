#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "projections/event.hpp"
#include "projections/failure.hpp"
#include "projections/guard/guard.hpp"
#include "projections/registry.hpp"
#include "projections/tx.hpp"

namespace projections {

/// The handler wants the same events again.
struct Later {
  std::chrono::milliseconds delay{0};
  std::string reason;
};

/// What a try over some events came to.
struct Tried {
  std::optional<Failure> failure;              ///< Of kind event or configuration; rolled back.
  std::optional<Later> later;                  ///< Rolled back.
  std::vector<std::size_t> fresh;              ///< Places whose guard row was new, rising.
  std::map<std::size_t, std::string> skipped;  ///< By place, with the reason.
};

/// Tries some events of one batch: savepoint, guard rows, handler, constraints, release. In one
/// round trip where the handler is SQL and its rows are probably new; else, and to tell what was
/// wrong, step by step.
class Attempt {
 public:
  /// All is borrowed. @param guard_keys by place; only those of events that are tried are read.
  Attempt(const Projection& projection, std::span<const Event> batch,
          const std::vector<std::string>& guard_keys, Tx& tx, std::stop_token stop)
      : projection_(projection), batch_(batch), guard_keys_(guard_keys), tx_(tx), stop_(stop) {}

  /// @param places the events to try, rising.
  /// @throws TransactionOver, HaltRequested, ProjectionBroken (its SQL cannot be parsed).
  [[nodiscard]] Tried run(std::span<const std::size_t> places) const;

  /// All of a try as one text, to be sent with what follows; nothing: the handler cannot say what
  /// it does, or an answer is needed. It fails where `run` would find a failure, and also where a
  /// guard row was there.
  [[nodiscard]] std::optional<std::string> as_sql(std::span<const std::size_t> places) const;

  /// Runs the handler over no event and rolls back.
  /// @return the failure of kind configuration, when that is what it comes to.
  /// @throws TransactionOver.
  [[nodiscard]] std::optional<Failure> probe() const;

 private:
  /// How the guard rows are written.
  enum class Opening {
    hopeful,  ///< With the savepoint; as if none were there, and asking for each if one is.
    careful,  ///< With the savepoint, asking for each row whether it was there.
    done      ///< There is no savepoint to open with them.
  };

  [[nodiscard]] bool writes_guard() const;
  [[nodiscard]] bool rows_may_be_new() const;
  [[nodiscard]] Batch part(std::span<const std::size_t> places, std::vector<Event>& copies) const;
  [[nodiscard]] std::vector<guard::Entry> entries_of(std::span<const std::size_t> places) const;
  [[nodiscard]] std::optional<Tried> run_at_once(std::span<const std::size_t> places,
                                                 const std::string& steps) const;
  [[nodiscard]] Tried run_in_steps(std::span<const std::size_t> places, Opening opening) const;
  [[nodiscard]] bool insert_new_guard_rows(std::span<const std::size_t> places) const;
  void insert_guard_rows(std::span<const std::size_t> places, Tried& tried, Opening opening) const;
  void call_handler(Tried& tried) const;

  const Projection& projection_;
  std::span<const Event> batch_;
  const std::vector<std::string>& guard_keys_;
  Tx& tx_;
  std::stop_token stop_;
};

}  // namespace projections
