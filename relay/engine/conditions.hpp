#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "relay/engine/engine_parts.hpp"

namespace relay::engine {

/// Why a database's engine is not moving, in one sentence for the operator: logged when it begins,
/// changes and ends, and kept where `freshet status` finds it. Threads: any.
class Conditions {
 public:
  /// @param parts for its recorder and time; must outlive this.
  Conditions(std::string database, const EngineParts& parts)
      : database_(std::move(database)), parts_(parts) {}

  /// @param source who has it; each source has one at a time. The same sentence is logged once,
  ///   and another time of the next try at most once a minute.
  void begin(const std::string& source, const std::string& sentence);
  void end(const std::string& source);
  /// Why one listener is not moving while the others are; "" when it is again.
  void tell(const std::string& listener, const std::string& sentence);
  /// One of the sentences, or "".
  [[nodiscard]] std::string sentence() const;

 private:
  struct Kept {
    std::string sentence;
    std::chrono::steady_clock::time_point logged{};
  };
  [[nodiscard]] bool keep(Kept& kept, const std::string& sentence) const;

  std::string database_;
  const EngineParts& parts_;
  mutable std::mutex mutex_;
  std::map<std::string, Kept> by_source_;
  std::map<std::string, Kept> by_listener_;
};

}  // namespace relay::engine
