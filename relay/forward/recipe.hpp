#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/forward/format.hpp"

namespace relay::forward {

/// The templates of a recipe as a user writes them.
struct Templates {
  std::string topic;
  std::string key;     ///< The bare name of a field, `aggregate_id`, means `${aggregate_id}`.
  std::string source;  ///< Looked at for cloudevents only.
};

/// Every fault of them, one sentence each; empty: `recipe_of` makes a recipe. Pure.
[[nodiscard]] std::vector<std::string> faults_of(const Templates& templates, Format format);

/// A recipe with these templates; what else it holds is left as it is by default.
/// @throws std::invalid_argument if `faults_of` finds any.
[[nodiscard]] Recipe recipe_of(const Templates& templates, Format format);

/// The topic that every record goes to; nothing where the event decides. Pure.
[[nodiscard]] std::optional<std::string> fixed_topic(const Recipe& recipe);

}  // namespace relay::forward
