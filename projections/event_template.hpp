#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "projections/event.hpp"

namespace projections {

/// A text with fields of an event in it, such as "incident:${aggregate_id}": a business key, a
/// topic. Fields: id, seq, event_type, aggregate_type, aggregate_id, headers.NAME and payload.NAME
/// (a text, whole number or boolean at the top level). Immutable: any thread.
class EventTemplate {
 public:
  /// @param what names it in messages: "guard", "topic".
  /// @throws std::invalid_argument if `faults` finds any.
  EventTemplate(std::string_view text, std::string what);

  /// Every fault of a template, one sentence each; empty: it can be used.
  [[nodiscard]] static std::vector<std::string> faults(std::string_view text,
                                                       const std::string& what);

  /// Whether it names any field: without one the text is the same for every event.
  [[nodiscard]] bool any_field() const;
  /// Whether it names a field of the payload.
  [[nodiscard]] bool reads_payload() const;
  /// Whether it names a header.
  [[nodiscard]] bool reads_headers() const;

  /// Filled in. @throws std::invalid_argument with the reason when a value is missing or cannot be
  /// part of a text; nlohmann's json::exception for a payload that is not JSON, or holds
  /// a number beyond any double's range.
  [[nodiscard]] std::string text_of(const Event& event) const;
  /// Filled in, or nothing where the event lacks a value. @throws as `text_of`, but for that.
  [[nodiscard]] std::optional<std::string> text_if_complete(const Event& event) const;

  /// Whether a word is the name of a field, as it stands between "${" and "}".
  [[nodiscard]] static bool is_field(std::string_view word);

 private:
  enum class Field { none, id, seq, event_type, aggregate_type, aggregate_id, payload, headers };
  struct Part {
    Field field = Field::none;  ///< None: a literal.
    std::string text;           ///< A literal, or a field's name.
  };
  [[nodiscard]] bool names(Field field) const;
  static Field field_of(std::string_view word);
  static std::vector<Part> parse(std::string_view text, const std::string& what,
                                 std::vector<std::string>& faults);
  const Part* fill(std::string& text, const Event& event) const;
  bool append(std::string& text, const Part& part, const Event& event) const;
  bool append_member(std::string& text, const nlohmann::json& object, const Part& part,
                     std::size_t prefix) const;

  std::string what_;
  std::vector<Part> parts_;
};

}  // namespace projections
