#include <algorithm>

#include "relay/operate/text/in_text.hpp"
#include "relay/operate/text/printable.hpp"
#include "relay/operate/text/text_table.hpp"

namespace relay::operate {
namespace {

std::string or_dash(const std::optional<std::string>& text) {
  return text ? printable(*text) : "-";
}

std::string and_more(std::int64_t more, const std::string& of_what) {
  if (more <= 0) return "";
  return "… and " + std::to_string(more) + " more" + of_what + "; --limit shows them.\n";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string in_text(const BlockedKeys& blocked) {
  if (blocked.keys.empty()) return "No key waits.\n";
  std::vector<std::vector<std::string>> cells = {
      {"projection", "key", "waiting", "since", "behind event", "state", "class", "error"}};
  for (const BlockedKey& key : blocked.keys) {
    cells.push_back({printable(key.listener), shown_key(key.key), std::to_string(key.waiting),
                     or_dash(key.since), or_dash(key.behind), printable(key.state),
                     printable(key.error_class), printable(key.error)});
  }
  return text_table(cells) +
         and_more(blocked.total - static_cast<std::int64_t>(blocked.keys.size()), " keys");
}

std::string in_text(const DeadList& dead) {
  if (dead.letters.empty()) return "There is no such dead letter.\n";
  std::vector<std::vector<std::string>> cells = {
      {"event", "projection", "type", "key", "failed at", "attempts", "class", "error"}};
  for (const DeadLetter& letter : dead.letters) {
    cells.push_back({letter.event, printable(letter.listener),
                     letter.event_type ? printable(*letter.event_type) : "(gone)",
                     shown_key(letter.key), or_dash(letter.first_failed_at),
                     std::to_string(letter.attempts), printable(letter.error_class),
                     printable(letter.error)});
  }
  return text_table(cells) +
         and_more(dead.total - static_cast<std::int64_t>(dead.letters.size()), "");
}

std::string in_text(const std::map<std::string, RegisteredListener>& listeners) {
  if (listeners.empty()) return "No listener is registered: no relay has run here yet.\n";
  std::size_t width = 8;
  for (const auto& [name, listener] : listeners) width = std::max(width, name.size());
  const auto line = [&](const std::string& name, const std::string& state, const std::string& since,
                        const std::string& events) {
    return name + std::string(width + 2 - name.size(), ' ') + state +
           std::string(9 - std::min<std::size_t>(8, state.size()), ' ') + since + "  " + events +
           "\n";
  };
  std::string text = line("listener", "state", "since               ", "events");
  for (const auto& [name, listener] : listeners) {
    text += line(name, listener.state, listener.since, joined(listener.patterns));
    if (!listener.reason.empty()) text += "  " + listener.reason + "\n";
  }
  return text;
}

}  // namespace relay::operate
