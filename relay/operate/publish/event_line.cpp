#include "relay/operate/publish/event_line.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include <nlohmann/json.hpp>

#include "projections/suggest.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/publish/top_level.hpp"

namespace relay::operate {
namespace {

/// Only looks whether it is JSON: nothing is built, so depth and size cost no memory.
struct Looker final : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t at, const std::string&,
                   const nlohmann::detail::exception&) override {
    position = at;
    return false;
  }
  std::size_t position = 0;
};

void require_json_object(std::string_view line) {
  Looker looker;
  if (!nlohmann::json::sax_parse(line, &looker)) {
    throw BadLine{"is not JSON (at byte " + std::to_string(looker.position) + " of the line)"};
  }
  if (line[line.find_first_not_of(" \t\r\n")] != '{') {
    throw BadLine{
        "must be a JSON object, such as {\"event_type\":\"IncidentCreated\",\"payload\":{}}"};
  }
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string text_of(const std::string& field, std::string_view value, std::size_t longest) {
  if (value.front() != '"') throw BadLine{field + " must be a string"};
  std::string text = nlohmann::json::parse(value).get<std::string>();
  if (text.find('\0') != std::string::npos) {
    throw BadLine{field + " holds a character U+0000, which PostgreSQL cannot store"};
  }
  if (longest != 0 && characters(text) > longest) {
    throw BadLine{field + " is longer than " + std::to_string(longest) + " characters"};
  }
  return text;
}

std::string uuid_of(std::string_view value) {
  std::string text = text_of("id", value, 0);
  bool good = text.size() == 36;
  for (std::size_t i = 0; good && i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    good = dash ? text[i] == '-' : std::isxdigit(static_cast<unsigned char>(text[i])) != 0;
  }
  if (!good) throw BadLine{"id must be a UUID, not " + in_quotes(text)};
  return text;
}

void take(NewEvent& event, const std::string& field, std::string_view value) {
  if (field == "payload") {
    event.serialized_event = value;
  } else if (field == "serialized_event") {
    event.serialized_event = text_of(field, value, 0);
  } else if (field == "event_type") {
    event.event_type = text_of(field, value, 512);
    if (event.event_type.empty()) throw BadLine{"event_type must not be empty"};
  } else if (value == "null") {
    return;  // the optional ones: as if it were not there
  } else if (field == "id") {
    event.id = uuid_of(value);
  } else if (field == "headers") {
    if (value.front() != '{') throw BadLine{"headers must be a JSON object"};
    event.headers = value;
  } else if (field == "listener_id") {
    event.listener_id = text_of(field, value, 512);
  } else {
    (field == "aggregate_type" ? event.aggregate_type : event.aggregate_id) =
        text_of(field, value, 255);
  }
}

}  // namespace

std::size_t NewEvent::bytes() const {
  return serialized_event.size() + headers.value_or("").size() + event_type.size() + 1'500;
}

NewEvent read_event_line(std::string_view line) {
  static const std::vector<std::string> fields = {
      "event_type", "payload", "serialized_event", "aggregate_type", "aggregate_id",
      "headers",    "id",      "listener_id"};
  require_json_object(line);
  NewEvent event;
  std::set<std::string> seen;
  for (const auto& [key, value] : members(line)) {
    const std::string field = nlohmann::json::parse(key).get<std::string>();
    if (std::ranges::find(fields, field) == fields.end()) {
      throw BadLine{"has an unknown field " + in_quotes(field) +
                    projections::did_you_mean(field, fields)};
    }
    if (!seen.insert(field).second) throw BadLine{"has " + field + " twice"};
    take(event, field, value);
  }
  if (!seen.contains("event_type")) throw BadLine{"needs event_type"};
  if (seen.contains("payload") == seen.contains("serialized_event")) {
    throw BadLine{"needs either payload (any JSON) or serialized_event (a string)"};
  }
  return event;
}

}  // namespace relay::operate
