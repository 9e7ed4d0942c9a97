// Any bytes as "pattern NUL type NUL template NUL payload": type patterns against a naive matcher,
// key templates that either have faults or give a key or a reason.
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "projections/event.hpp"
#include "projections/event_template.hpp"
#include "projections/type_pattern.hpp"

namespace {

// Dynamic programming over every prefix: slow, and plainly right.
bool naive_match(std::string_view pattern, std::string_view text) {
  std::vector<bool> fits(text.size() + 1, false);
  fits[0] = true;
  for (const char p : pattern) {
    std::vector<bool> next(text.size() + 1, false);
    if (p == '*') {
      bool any = false;
      for (std::size_t i = 0; i <= text.size(); ++i) next[i] = any = any || fits[i];
    } else {
      for (std::size_t i = 0; i < text.size(); ++i) next[i + 1] = fits[i] && text[i] == p;
    }
    fits = next;
  }
  return fits[text.size()];
}

std::string_view next_part(std::string_view& rest) {
  const std::string_view part = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(std::min(rest.size(), part.size() + 1));
  return part;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const std::string_view pattern = next_part(rest);
  const std::string_view type = next_part(rest);
  const std::string_view text = next_part(rest);
  if (pattern.size() * type.size() < 100'000 &&
      projections::matches(pattern, type) != naive_match(pattern, type)) {
    std::abort();
  }
  if (!projections::EventTemplate::faults(text, "text").empty()) return 0;
  projections::Event event;
  event.id = "018f0000-0000-7000-8000-000000000001";
  event.type = type;
  if (!pattern.empty()) event.aggregate_id = pattern;
  event.payload = rest;
  event.headers = rest;
  try {
    (void)projections::EventTemplate(text, "text").text_of(event);
  } catch (const std::invalid_argument&) {
    // A value is missing, or cannot be part of a key.
  } catch (const nlohmann::json::exception&) {
    // No JSON, or a number beyond any double's range; the decoder lets neither through.
  }
  return 0;
}
