#include <algorithm>
#include <stdexcept>

#include "relay/forward/event_headers.hpp"
#include "relay/forward/headers.hpp"
#include "relay/forward/rfc3339.hpp"
#include "relay/forward/trace_context.hpp"

// CloudEvents 1.0 with its Kafka binding in binary mode: each attribute is a header "ce_…".
namespace relay::forward {
namespace {

bool is_uri_character(char c) {
  return c > 0x20 && c < 0x7f && std::string_view{R"("<>\^`{|})"}.find(c) == std::string_view::npos;
}

// What a URI may not hold is percent-encoded: a source made of fields is one whatever these hold.
std::string uri(const std::string& text) {
  if (std::ranges::all_of(text, is_uri_character)) return text;
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_uri_character(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return encoded;
}

// The extension asks for texts that compare like the numbers: 19 digits are bigint's.
std::string sequence(std::int64_t seq) {
  const std::string text = std::to_string(seq);
  return text.size() < 19 && seq >= 0 ? std::string(19 - text.size(), '0') + text : text;
}

std::string needed(std::string text, const char* what) {
  if (!text.empty()) return text;
  throw std::invalid_argument{std::string{"a CloudEvent needs "} + what + ", which is empty here"};
}

const std::string* find(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? nullptr : &found->value;
}

void add_trace(std::vector<Header>& headers) {
  const std::string* parent = find(headers, "traceparent");
  if (parent == nullptr || !is_traceparent(*parent)) return;
  std::string traceparent = *parent;
  const std::string* state = find(headers, "tracestate");
  std::string tracestate = state != nullptr && is_tracestate(*state) ? *state : "";
  std::erase_if(headers, [](const Header& header) {
    return header.name == "ce_traceparent" || header.name == "ce_tracestate";
  });
  headers.push_back({"ce_traceparent", std::move(traceparent)});
  if (!tracestate.empty()) headers.push_back({"ce_tracestate", std::move(tracestate)});
}

}  // namespace

void add_cloudevents_headers(Record& record, const Recipe& recipe,
                             const projections::Event& event) {
  std::vector<Header>& headers = record.headers;
  headers.reserve(event.headers ? 13 : 9);
  headers.push_back({"ce_specversion", "1.0"});
  headers.push_back({"ce_id", std::string{event.id}});
  headers.push_back({"ce_source", needed(uri(recipe.source.text_of(event)), "a source")});
  headers.push_back({"ce_type", needed(std::string{event.type}, "a type")});
  headers.push_back({"ce_time", rfc3339(event.published_at)});
  headers.push_back({"ce_sequence", sequence(event.seq)});
  if (event.aggregate_id && !event.aggregate_id->empty()) {
    headers.push_back({"ce_subject", std::string{*event.aggregate_id}});
  }
  if (!record.key.empty()) headers.push_back({"ce_partitionkey", record.key});
  if (record.value) headers.push_back({"content-type", "application/json"});
  if (!event.headers) return;
  append_event_headers(*event.headers, headers);
  add_trace(headers);
}

}  // namespace relay::forward
