#include "relay/forward/format.hpp"

#include <stdexcept>

#include <nlohmann/json.hpp>

#include "relay/base/in_quotes.hpp"
#include "relay/forward/headers.hpp"
#include "relay/forward/topic_name.hpp"

namespace relay::forward {
namespace {

std::string topic_of(const Recipe& recipe, const projections::Event& event) {
  std::string topic = recipe.topic.text_of(event);
  const std::string fault = topic_name_fault(topic);
  if (fault.empty()) return topic;
  throw std::invalid_argument{"the topic's name " + in_quotes(topic) + " " + fault};
}

bool is_json_null(std::string_view payload) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t first = payload.find_first_not_of(spaces);
  return first != std::string_view::npos && payload.substr(first, 4) == "null" &&
         payload.find_first_not_of(spaces, first + 4) == std::string_view::npos;
}

std::optional<std::string_view> value_of(const Recipe& recipe, const projections::Event& event) {
  if (recipe.tombstone && (event.payload.empty() || is_json_null(event.payload))) {
    return std::nullopt;
  }
  if (!event.payload.empty()) return event.payload;
  throw std::invalid_argument{
      "the payload is empty; a forward with tombstone = true would send a record without a value"};
}

}  // namespace

Record record_of(const Recipe& recipe, const projections::Event& event) {
  Record record;
  try {
    record.value = value_of(recipe, event);
    record.topic = topic_of(recipe, event);
    auto key = recipe.key.text_if_complete(event);
    record.key = key ? std::move(*key) : std::string{event.id};
    switch (recipe.format) {
      case Format::plain: add_plain_headers(record, event); break;
      case Format::cloudevents: add_cloudevents_headers(record, recipe, event); break;
      case Format::debezium: add_debezium_header(record, recipe.debezium_header, event); break;
    }
  } catch (const nlohmann::json::exception&) {
    throw std::invalid_argument{
        "the topic, key or source needs a field of the payload or the headers, which cannot be "
        "read as JSON"};
  }
  return record;
}

}  // namespace relay::forward
