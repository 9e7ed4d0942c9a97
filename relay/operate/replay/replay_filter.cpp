#include "relay/operate/replay/replay_filter.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

#include "projections/failure.hpp"
#include "relay/base/in_quotes.hpp"
#include "relay/operate/like_pattern.hpp"
#include "relay/operate/read_bounded.hpp"
#include "relay/operate/usage_error.hpp"
#include "schema/statements.hpp"

namespace relay::operate {
namespace {

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// PostgreSQL takes "tomorrow" and much else for a moment.
bool looks_like_iso_8601(const std::string& text) {
  return text.size() >= 10 && text[4] == '-' && std::ranges::all_of(text.substr(0, 4), is_digit) &&
         std::ranges::all_of(text, [](char c) {
           return is_digit(c) || std::string_view{"-+:.,TZ "}.find(c) != std::string_view::npos;
         });
}

void check_edge(pg::Connection& connection, const char* option, const std::string& text) {
  if (text.empty()) return;
  if (is_number(text)) {
    std::int64_t seq = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), seq).ec == std::errc{}) return;
    throw UsageError{std::string{option} + " " + in_quotes(text) + " is beyond any seq"};
  }
  std::string why;
  if (looks_like_iso_8601(text)) {
    try {
      (void)read_bounded(connection, schema::statements::replay_check_time, {text});
      return;
    } catch (...) {
      const projections::Failure failure = projections::current_failure();
      if (!failure.sqlstate.starts_with("22")) throw;
      why = ": " + failure.message;
    }
  }
  throw UsageError{std::string{option} + " " + in_quotes(text) +
                   " is neither a seq, such as 1200, nor a time, such as 2026-03-01T12:00:00Z" +
                   why};
}

std::string seq_of(const std::string& edge) {
  return is_number(edge) ? edge : "";
}

std::string time_of(const std::string& edge) {
  return is_number(edge) ? "" : edge;
}

}  // namespace

void check(pg::Connection& connection, const ReplayFilter& filter) {
  check_edge(connection, "--from", filter.from);
  check_edge(connection, "--until", filter.until);
}

std::vector<std::string> values_of(const ReplayFilter& filter) {
  return {seq_of(filter.from),   seq_of(filter.until), time_of(filter.from),
          time_of(filter.until), filter.key,           like_pattern(filter.type)};
}

std::string in_words(const ReplayFilter& filter) {
  std::string text;
  const auto add = [&](const char* option, const std::string& value) {
    if (!value.empty()) text += (text.empty() ? "" : " ") + std::string{option} + " " + value;
  };
  add("--from", filter.from);
  add("--until", filter.until);
  add("--key", filter.key);
  add("--type", filter.type);
  return text;
}

}  // namespace relay::operate
