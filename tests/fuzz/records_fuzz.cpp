// Any bytes as "form topic NUL key NUL source NUL headers NUL payload": templates that have faults,
// or a recipe that makes a record Kafka can take, or says why not.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "relay/forward/event_headers.hpp"
#include "relay/forward/recipe.hpp"
#include "relay/forward/topic_name.hpp"

namespace {

using namespace relay::forward;

std::string_view next_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

/// "none" where they are refused; a space more sends plain texts down the parser's path.
std::string headers_in_words(const std::string& json) {
  std::vector<Header> headers{{"ours", "1"}};
  try {
    append_event_headers(json, headers);
  } catch (const std::invalid_argument&) {
    return "none";
  }
  std::string words;
  for (const Header& header : headers) words += header.name + '=' + header.value + ';';
  return words;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto format = static_cast<Format>(data[0] % 3);
  const std::string topic{next_part(rest)};
  const std::string key{next_part(rest)};
  const std::string source{next_part(rest)};
  const std::string headers{next_part(rest)};
  if (headers_in_words(headers) != headers_in_words(headers + ' ')) std::abort();
  if (!faults_of({topic, key, source}, format).empty()) return 0;
  Recipe recipe = recipe_of({topic, key, source}, format);
  recipe.tombstone = (data[0] & 8) != 0;
  projections::Event event;
  event.id = "018f0000-0000-7000-8000-000000000001";
  event.type = "T";
  if ((data[0] & 16) == 0) event.aggregate_id = source;
  if ((data[0] & 32) == 0) event.aggregate_type = key;
  if ((data[0] & 64) == 0) event.headers = headers;
  event.payload = rest;
  try {
    const Record record = record_of(recipe, event);
    if (!topic_name_fault(record.topic).empty() || record.headers.empty()) std::abort();
    if (record.value && record.value->data() != event.payload.data()) std::abort();
    if (!record.value && !recipe.tombstone) std::abort();
  } catch (const std::invalid_argument& reason) {
    if (*reason.what() == '\0') std::abort();
  }
  return 0;
}
