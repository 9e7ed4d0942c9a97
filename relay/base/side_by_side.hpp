#pragma once

#include <cstddef>
#include <functional>

namespace relay {

/// Calls `work(0)` … `work(number - 1)`, `at_once` of them at a time, and returns when all are
/// through. Threads: so many of its own at most, none for a single call; each lives until there is
/// nothing left to begin. Waits without a deadline: the work has to have its own.
/// @param then called on the caller's thread with 0, 1, …, each as soon as that one and all before
///   it are through; may be empty.
/// @throws what `work` throws, of the lowest number, when its turn has come; nothing more is begun
///   then, and what is under way is waited for. The same for what `then` throws.
void side_by_side(std::size_t number, std::size_t at_once,
                  const std::function<void(std::size_t)>& work,
                  const std::function<void(std::size_t)>& then = {});

}  // namespace relay
