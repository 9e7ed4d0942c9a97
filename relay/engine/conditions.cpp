#include "relay/engine/conditions.hpp"

#include "relay/base/log.hpp"
#include "relay/flow/outage.hpp"

namespace relay::engine {
namespace {

constexpr std::chrono::minutes remind_every{1};

}  // namespace

// @return whether the log should have it.
bool Conditions::keep(Kept& kept, const std::string& sentence) const {
  const auto now = parts_.now();
  const bool news =
      !flow::is_same_outage(kept.sentence, sentence) || now - kept.logged >= remind_every;
  kept.sentence = sentence;
  if (news) kept.logged = now;
  return news;
}

void Conditions::begin(const std::string& source, const std::string& sentence) {
  const std::lock_guard lock{mutex_};
  Kept& kept = by_source_[source];
  if (kept.sentence == sentence) return;
  if (keep(kept, sentence)) log::error(sentence, {{"database", database_}});
  parts_.recorder->trouble("", sentence);
}

void Conditions::end(const std::string& source) {
  const std::lock_guard lock{mutex_};
  if (by_source_.erase(source) == 0) return;
  if (by_source_.empty()) log::info("going on", {{"database", database_}, {"after", source}});
  parts_.recorder->trouble("", by_source_.empty() ? "" : by_source_.begin()->second.sentence);
}

void Conditions::tell(const std::string& listener, const std::string& sentence) {
  const std::lock_guard lock{mutex_};
  Kept& kept = by_listener_[listener];
  if (kept.sentence == sentence) return;
  const bool news = keep(kept, sentence);
  if (sentence.empty()) {
    log::info("going on", {{"database", database_}, {"listener", listener}});
  } else if (news) {
    log::error(sentence, {{"database", database_}, {"listener", listener}});
  }
  parts_.recorder->trouble(listener, sentence);
}

std::string Conditions::sentence() const {
  const std::lock_guard lock{mutex_};
  return by_source_.empty() ? "" : by_source_.begin()->second.sentence;
}

}  // namespace relay::engine
