#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projections/event.hpp"

namespace projections::guard {

/// A business key such as "incident:${aggregate_id}". Fields: id, seq, event_type, aggregate_type,
/// aggregate_id, headers.NAME and payload.NAME (a text, whole number or boolean at the top level).
/// Immutable: any thread.
class KeyTemplate {
 public:
  /// An empty text means "${id}". @throws std::invalid_argument if `faults(text)` finds any.
  explicit KeyTemplate(std::string_view text);

  /// Every fault of a template, one sentence each; empty: it can be used.
  [[nodiscard]] static std::vector<std::string> faults(std::string_view text);

  /// The key of an event. @throws std::invalid_argument with the reason when a value is missing or
  /// cannot be part of a key; nlohmann's json::exception for a payload that is not JSON, or holds
  /// a number beyond any double's range.
  [[nodiscard]] std::string key_of(const Event& event) const;

 private:
  struct Part {
    bool is_field = false;
    std::string text;  ///< A literal, or a field's name.
  };
  static std::vector<Part> parse(std::string_view text, std::vector<std::string>& faults);

  std::vector<Part> parts_;
};

}  // namespace projections::guard
