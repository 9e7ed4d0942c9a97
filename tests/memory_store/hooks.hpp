#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "projections/failure.hpp"
#include "projections/tx.hpp"

namespace tests::memory {

/// Where in a session others may come between.
enum class Pause {
  statement,  ///< Before one.
  part,       ///< Between the parts of one, each of which sees what is committed by then.
  lock,       ///< While another's lock is waited for, again and again.
  answer,     ///< After a commit, before its session knows.
};

/// What a simulator does in a store's place; all are optional.
struct Hooks {
  /// May switch to other sessions' work. What it throws is what the statement meets: of kind
  /// connection, the session is cut off and its transaction gone; at `Pause::answer` what was
  /// committed stays.
  std::function<void(Pause)> between = nullptr;
  /// Asked at each COMMIT of a batch; a failure: it is refused.
  std::function<std::optional<projections::Failure>(projections::Tx&)> refuse_commit = nullptr;
  /// Runs `BatchEnd::effect` inside its transaction.
  std::function<void(projections::Tx&, std::string_view)> run_effect = nullptr;
};

}  // namespace tests::memory
