#include "relay/operate/status/held_by.hpp"

namespace relay::operate {
namespace {

void add(std::string& text, const std::string& part) {
  text += (text.empty() ? "" : "; ") + part;
}

std::string retries(const HeldBack& held, std::int64_t retrying) {
  std::string text = count_text(retrying) + " event(s) are tried again, ";
  if (!held.due_in_ms) {
    text += "at no known time";
  } else if (*held.due_in_ms >= 0) {
    text += "next in " + span_text(*held.due_in_ms);
  } else {
    text += "due for " + span_text(-*held.due_in_ms);
  }
  return held.last_error.empty() ? text : text + ": " + held.last_error;
}

}  // namespace

std::string span_text(std::int64_t ms) {
  if (ms < 1'000) return std::to_string(ms) + " ms";
  const std::int64_t s = ms / 1'000;
  if (s < 120) return std::to_string(s) + " s";
  if (s < 7'200) return std::to_string(s / 60) + " min";
  if (s < 172'800) return std::to_string(s / 3'600) + " h";
  return std::to_string(s / 86'400) + " d";
}

std::string count_text(std::int64_t number) {
  return number >= count_limit ? std::to_string(count_limit - 1) + "+" : std::to_string(number);
}

std::string held_by(const HeldBack& held, std::int64_t retrying, std::int64_t waiting) {
  std::string text;
  if (retrying > 0) add(text, retries(held, retrying));
  // Beyond what was looked at, the shares are the least there can be.
  const std::string least = waiting > held.waiting ? "at least " : "";
  if (held.behind_dead > 0) {
    add(text, least + count_text(held.behind_dead) +
                  " event(s) wait behind dead letters (freshet keys blocked)");
  }
  if (held.behind_nothing > 0) {
    add(text, least + count_text(held.behind_nothing) + " event(s) wait behind nothing");
  }
  const std::int64_t others = held.waiting - held.behind_dead - held.behind_nothing;
  if (others > 0) {
    add(text, least + count_text(others) + " event(s) wait behind earlier ones of their keys");
  }
  return text;
}

}  // namespace relay::operate
