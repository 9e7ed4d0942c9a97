#pragma once

#include <future>

#include "bench/stage/writer.hpp"

namespace bench {

/// A load that is written while something else is done. Waits for its end in the destructor.
class BackgroundLoad {
 public:
  explicit BackgroundLoad(const Load& load)
      : written_(std::async(std::launch::async, [load] { return write_load(load); })) {}
  /// Waits for the end. @throws what the writer threw.
  [[nodiscard]] Written finish() { return written_.get(); }

 private:
  std::future<Written> written_;
};

}  // namespace bench
