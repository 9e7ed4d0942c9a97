#include "relay/pg/host_lookup.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "relay/pg/without_signals.hpp"

namespace relay::pg {

HostLookup::HostLookup(Resolve resolve, std::chrono::milliseconds late_is_shared)
    : resolve_(std::move(resolve)), late_is_shared_(late_is_shared) {}

HostLookup::~HostLookup() {
  for (const auto& [name, lookup] : lookups_) lookup->thread.join();
}

// glibc's getaddrinfo_a would do, but its wait with a time limit leaves a list on the stack that a
// look-up which ends in that moment still writes to, and otherwise it reports the end only by a
// thread that takes every signal, or by a signal. What it cannot cancel is all that ever runs.
HostLookup& HostLookup::shared() {
  // Never destroyed: the end of the process does not wait for a resolver, and a thread that is
  // still with it then may touch this.
  static HostLookup& only = *std::make_unique<HostLookup>().release();
  return only;
}

HostLookup::Answers HostLookup::ask(const std::vector<std::string>& names, Clock::time_point all,
                                    Clock::time_point any) {
  const Clock::time_point began = Clock::now();
  std::unique_lock lock{mutex_};
  forget_what_is_stale();
  Lookups asked;
  std::size_t answered = 0;
  const auto enough = [&] {
    answered = 0;
    for (const std::string& name : names) {
      auto& own = asked[name];
      if (!own && !lookups_.contains(name) && count_running() < most_at_once) begin(name);
      if (const auto found = lookups_.find(name); !own && found != lookups_.end()) {
        own = found->second;
      }
      if (own && own->done_at) ++answered;
    }
    return answered == names.size() || (answered > 0 && Clock::now() >= all);
  };
  if (!done_.wait_until(lock, all, enough)) done_.wait_until(lock, any, enough);
  Answers answers;
  const Clock::time_point now = Clock::now();
  for (const auto& [name, lookup] : asked) {
    if (!lookup || !lookup->done_at) continue;
    answers[name] = lookup->answer;
    const bool late = *lookup->done_at < began;
    lookup->stale_at = std::min(lookup->stale_at, late ? now + late_is_shared_ : now);
  }
  forget_what_is_stale();
  return answers;
}

void HostLookup::begin(const std::string& name) {
  const auto place = lookups_.emplace(name, std::make_shared<Lookup>()).first;
  try {
    const WithoutSignals inherited;
    place->second->thread =
        std::thread{[this, name, &lookup = *place->second] { run(name, lookup); }};
  } catch (...) {
    lookups_.erase(place);
    throw;
  }
}

void HostLookup::run(const std::string& name, Lookup& lookup) noexcept {
  HostAnswer answer;
  try {
    answer = resolve_(name);
  } catch (const std::bad_alloc&) {
    answer.why_not = "out of memory";
  }
  const std::lock_guard lock{mutex_};
  lookup.answer = std::move(answer);
  lookup.done_at = Clock::now();
  lookup.stale_at = *lookup.done_at;
  if (lookup.answer.why_not.empty()) lookup.stale_at += late_is_kept;
  done_.notify_all();
}

// A caller that still waits for one has a share in it.
void HostLookup::forget_what_is_stale() {
  std::erase_if(lookups_, [now = Clock::now()](const auto& entry) {
    Lookup& lookup = *entry.second;
    if (now < lookup.stale_at) return false;
    lookup.thread.join();
    return true;
  });
}

int HostLookup::running() const {
  const std::lock_guard lock{mutex_};
  return count_running();
}

int HostLookup::count_running() const {
  return static_cast<int>(std::ranges::count_if(
      lookups_, [](const auto& entry) { return !entry.second->done_at.has_value(); }));
}

HostAnswer HostLookup::ask_system(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int code = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (code == EAI_SYSTEM) return {{}, std::generic_category().message(errno)};
  if (code != 0) return {{}, ::gai_strerror(code)};
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, &::freeaddrinfo};
  HostAnswer answer;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                      NI_NUMERICHOST) == 0) {
      answer.addresses.emplace_back(text.data());
    }
  }
  if (answer.addresses.empty()) answer.why_not = "it has no address";
  return answer;
}

}  // namespace relay::pg
