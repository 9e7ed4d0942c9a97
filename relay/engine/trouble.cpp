#include "relay/engine/trouble.hpp"

#include "relay/base/log.hpp"

namespace relay::engine {

void Trouble::begin(const std::string& source, const std::string& sentence) {
  const std::lock_guard lock{mutex_};
  std::string& kept = by_source_[source];
  if (kept == sentence) return;
  kept = sentence;
  log::error(sentence, {{"database", database_}});
  recorder_.trouble("", sentence);
}

void Trouble::end(const std::string& source) {
  const std::lock_guard lock{mutex_};
  if (by_source_.erase(source) == 0) return;
  if (by_source_.empty()) log::info("going on", {{"database", database_}, {"after", source}});
  recorder_.trouble("", by_source_.empty() ? "" : by_source_.begin()->second);
}

void Trouble::tell(const std::string& listener, const std::string& sentence) {
  const std::lock_guard lock{mutex_};
  std::string& kept = by_listener_[listener];
  if (kept == sentence) return;
  if (sentence.empty()) {
    log::info("going on", {{"database", database_}, {"listener", listener}});
  } else {
    log::error(sentence, {{"database", database_}, {"listener", listener}});
  }
  kept = sentence;
  recorder_.trouble(listener, sentence);
}

std::string Trouble::sentence() const {
  const std::lock_guard lock{mutex_};
  return by_source_.empty() ? "" : by_source_.begin()->second;
}

}  // namespace relay::engine
