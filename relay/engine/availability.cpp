#include "relay/engine/availability.hpp"

#include <algorithm>

namespace relay::engine {

bool available(const EngineParts& parts, const std::string& listener) {
  return std::ranges::none_of(parts.queues, [&](const Queue& queue) {
    return queue.listener->name() == listener && !queue.listener->available();
  });
}

bool first_pass_available(const EngineParts& parts, const listeners::Assignment& assignment) {
  return std::ranges::none_of(parts.queues, [&](const Queue& queue) {
    return !queue.detached && assignment.attached.contains(queue.listener->name()) &&
           !queue.listener->available();
  });
}

}  // namespace relay::engine
