#include <nlohmann/json.hpp>

#include "relay/operate/json/in_json.hpp"

namespace relay::operate {
namespace {

using Json = nlohmann::ordered_json;

Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

Json as_json(const DeadLetter& letter) {
  const auto at = letter.key.find('\x1f');
  const bool keyed = at != std::string::npos;
  return {{"event", letter.event},
          {"projection", letter.listener},
          {"event_type", or_null(letter.event_type)},
          {"aggregate_type", keyed ? Json(letter.key.substr(0, at)) : Json(nullptr)},
          {"aggregate_id", keyed ? Json(letter.key.substr(at + 1)) : Json(nullptr)},
          {"seq", letter.seq},
          {"attempts", letter.attempts},
          {"error_class", letter.error_class},
          {"error", letter.error},
          {"first_failed_at", or_null(letter.first_failed_at)}};
}

std::string object(const Json& letters, std::int64_t total) {
  return Json{{"dead", letters}, {"total", total}}.dump(2, ' ', false,
                                                        Json::error_handler_t::replace) +
         "\n";
}

}  // namespace

std::string in_json(const DeadList& dead) {
  Json letters = Json::array();
  for (const DeadLetter& letter : dead.letters) letters.push_back(as_json(letter));
  return object(letters, dead.total);
}

std::string in_json(const std::vector<DeadOfDatabase>& all) {
  Json letters = Json::array();
  std::int64_t total = 0;
  for (const DeadOfDatabase& one : all) {
    total += one.dead.total;
    for (const DeadLetter& letter : one.dead.letters) {
      Json said{{"database", one.database}};
      said.update(as_json(letter));
      letters.push_back(std::move(said));
    }
  }
  return object(letters, total);
}

}  // namespace relay::operate
