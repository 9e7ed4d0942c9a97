#include "relay/operate/text/in_text.hpp"
#include "relay/operate/text/printable.hpp"

namespace relay::operate {
namespace {

using Text = std::optional<std::string>;

std::string line(const std::string& name, const std::string& value) {
  return name + std::string(name.size() < 12 ? 12 - name.size() : 1, ' ') + value + "\n";
}

std::string cell(const Text& text, const std::string& otherwise = "-") {
  return text ? printable(*text) : otherwise;
}

std::string key_of(const EventHistory::Event& event) {
  if (!event.aggregate_id) return "none: it is kept in no order";
  const std::string& type = event.aggregate_type;
  return (type.empty() ? "" : printable(type) + "/") + printable(*event.aggregate_id);
}

std::string text_of(const EventHistory::Event& event, const std::string& id) {
  std::string text = line("event", printable(id)) + line("type", cell(event.type)) +
                     line("key", key_of(event)) + line("seq", std::to_string(event.seq)) +
                     line("published", cell(event.published));
  if (event.addressed_to) text += line("addressed", "only to " + printable(*event.addressed_to));
  text += line("headers", cell(event.headers, "none"));
  text += "payload\n" + printable(event.payload.value_or(""), true) + "\n";
  if (event.payload_characters_left > 0) {
    text += "… " + std::to_string(event.payload_characters_left) +
            " more characters: SELECT serialized_event FROM event_publication WHERE id = '" +
            printable(id) + "'\n";
  }
  return text;
}

std::string behind(const EventHistory::Delivery& delivery) {
  if (delivery.waiting_behind == 0) return "";
  std::string text =
      "  waiting behind it: " +
      (delivery.waiting_behind >= count_limit ? std::to_string(count_limit - 1) + " or more"
                                              : std::to_string(delivery.waiting_behind)) +
      ", the first of them";
  for (const std::string& id : delivery.first_behind) text += " " + id;
  return text + "\n";
}

std::string text_of(const EventHistory::Delivery& delivery) {
  std::string text = "\n" + printable(delivery.listener) + ": " + delivery.state + ", " +
                     std::to_string(delivery.failures) + " counted failure" +
                     (delivery.failures == 1 ? "" : "s");
  if (delivery.first_failed_at) text += ", first at " + *delivery.first_failed_at;
  if (delivery.state == "retrying" && delivery.due_at) text += ", due " + *delivery.due_at;
  text += "\n";
  if (!delivery.error.empty()) {
    text += "  " + printable(delivery.error_class) + ": " + printable(delivery.error) + "\n";
  }
  return text + behind(delivery);
}

std::string text_of(const std::vector<EventHistory::Attempt>& attempts) {
  std::string text;
  std::string listener;
  for (const EventHistory::Attempt& attempt : attempts) {
    if (listener != attempt.listener) text += "\nfailures of " + printable(attempt.listener) + "\n";
    listener = attempt.listener;
    text += "  " + std::to_string(attempt.number) + "  " + attempt.at + "  " +
            cell(attempt.error_class) + "  " + cell(attempt.error) + "\n";
  }
  return text;
}

}  // namespace

std::string in_text(const EventHistory& history, const std::string& projection) {
  std::string text = history.event ? text_of(*history.event, history.id)
                                   : "The event itself is gone from event_publication.\n";
  for (const EventHistory::Delivery& delivery : history.deliveries) text += text_of(delivery);
  if (history.deliveries.empty()) {
    text += std::string{"\nNothing is owed of it"} +
            (projection.empty() ? "" : " to " + printable(projection)) + " any more.\n";
  }
  return text + text_of(history.attempts);
}

}  // namespace relay::operate
