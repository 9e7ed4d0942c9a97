#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace relay::measure {

/// Events that one commit made visible in one projection.
struct Sample {
  std::string listener;
  std::int64_t committed_us = 0;  ///< By the database's clock, right after the COMMIT.
  std::int64_t last_seq = 0;
  std::int64_t last_published_us = 0;
  std::vector<std::int64_t> published_us;  ///< One per event applied; by the database's clock.
};

/// Takes note of what was applied. Threads: any. Never blocks, never throws.
class Recorder {
 public:
  virtual ~Recorder() = default;
  virtual void applied(Sample sample) noexcept = 0;
  /// Which listeners this relay serves from now on; until then, none.
  virtual void serving(const std::set<std::string>& attached,
                       const std::set<std::string>& detached) = 0;
  /// Why a listener does not move, or "" when it does. @param listener "": all of this relay's;
  /// this overrides what is said of one.
  virtual void trouble(const std::string& listener, const std::string& sentence) noexcept = 0;
};

}  // namespace relay::measure
