#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
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
  ///   and another time of the next try, or that it is back, at most once a minute. An end is
  ///   logged if a beginning was.
  void begin(const std::string& source, const std::string& sentence);
  void end(const std::string& source);
  /// Why one listener is not moving while the others are; "" when it is again.
  void tell(const std::string& listener, const std::string& sentence);
  /// A warning in the log about what may come in hundreds: of one sentence a line in ten seconds,
  /// which says how many were left out. @param who had it. @param why in one line.
  void remark(const std::string& sentence, const std::string& who, const std::string& why);
  /// One of the sentences, or "".
  [[nodiscard]] std::string sentence() const;

 private:
  struct Kept {
    std::string sentence;
    std::chrono::steady_clock::time_point logged{};
    bool active = false;
    bool told = false;  ///< The log has it since it is active.
  };
  [[nodiscard]] const Kept* any_active() const;
  [[nodiscard]] bool keep(Kept& kept, const std::string& sentence) const;

  std::string database_;
  const EngineParts& parts_;
  mutable std::mutex mutex_;
  std::map<std::string, Kept> by_source_;  ///< Also those that have ended.
  bool told_ = false;                      ///< The log has one since all was well.
  std::map<std::string, Kept> by_listener_;
  struct Remarks {
    std::optional<std::chrono::steady_clock::time_point> logged;
    std::int64_t left_out = 0;  ///< Since then.
  };
  std::map<std::string, Remarks> remarks_;  ///< By sentence.
};

}  // namespace relay::engine
