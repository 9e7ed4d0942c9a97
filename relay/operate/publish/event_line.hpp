#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace relay::operate {

/// An event to be published, as text that the database takes.
struct NewEvent {
  std::optional<std::string> id;
  std::string event_type;
  std::string serialized_event;  ///< As it was given, byte for byte.
  std::optional<std::string> aggregate_type;
  std::optional<std::string> aggregate_id;
  std::optional<std::string> headers;  ///< A JSON object.
  std::optional<std::string> listener_id;

  [[nodiscard]] std::size_t bytes() const;
};

/// A line is not an event. `what()` says why, without the payload.
class BadLine : public std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Reads one line: a JSON object with `event_type` and either `payload` (any JSON, stored as it is
/// written) or `serialized_event` (a string, stored as it reads), and optionally `id`,
/// `aggregate_type`, `aggregate_id`, `headers`, `listener_id`. @throws BadLine
[[nodiscard]] NewEvent read_event_line(std::string_view line);

}  // namespace relay::operate
