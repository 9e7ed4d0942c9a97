#include "relay/engine/conditions.hpp"

#include <utility>

#include "relay/base/log.hpp"
#include "relay/flow/outage.hpp"

namespace relay::engine {
namespace {

constexpr std::chrono::minutes remind_every{1};
constexpr std::chrono::seconds remark_every{10};

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
  const bool goes_on = std::exchange(kept.active, true);
  const bool same = goes_on && kept.sentence == sentence;
  if (same && kept.told) return;
  const bool news = keep(kept, sentence);
  kept.told = news || (goes_on && kept.told);
  told_ = told_ || news;
  if (news) log::error(sentence, {{"database", database_}});
  if (!same) parts_.recorder->trouble("", sentence);
}

void Conditions::end(const std::string& source) {
  const std::lock_guard lock{mutex_};
  const auto found = by_source_.find(source);
  if (found == by_source_.end() || !std::exchange(found->second.active, false)) return;
  const Kept* other = any_active();
  if (other == nullptr && std::exchange(told_, false)) {
    log::info("going on", {{"database", database_}, {"after", source}});
  }
  parts_.recorder->trouble("", other == nullptr ? "" : other->sentence);
}

const Conditions::Kept* Conditions::any_active() const {
  for (const auto& entry : by_source_) {
    if (entry.second.active) return &entry.second;
  }
  return nullptr;
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

void Conditions::remark(const std::string& sentence, const std::string& who,
                        const std::string& why) {
  const std::lock_guard lock{mutex_};
  Remarks& remarks = remarks_[sentence];
  const auto now = parts_.now();
  if (remarks.logged && now - *remarks.logged < remark_every) {
    ++remarks.left_out;
    return;
  }
  remarks.logged = now;
  log::warn(sentence, {{"database", database_},
                       {"who", who},
                       {"why", why},
                       {"left_out", std::to_string(std::exchange(remarks.left_out, 0))}});
}

std::string Conditions::sentence() const {
  const std::lock_guard lock{mutex_};
  const Kept* one = any_active();
  return one == nullptr ? "" : one->sentence;
}

}  // namespace relay::engine
