#pragma once

#include <string>
#include <vector>

namespace relay::preflight {

/// What a check found, in one sentence that says what to do.
struct Finding {
  enum class Severity {
    fault,    ///< The relay must not serve the database.
    warning,  ///< It may, but an operator should look.
  };
  Severity severity = Severity::fault;
  std::string sentence;
  bool idles = false;  ///< A warning: the relay serves the database, and does nothing there.
};

using Findings = std::vector<Finding>;

inline void fault(Findings& findings, std::string sentence) {
  findings.push_back({.severity = Finding::Severity::fault, .sentence = std::move(sentence)});
}
inline void warning(Findings& findings, std::string sentence) {
  findings.push_back({.severity = Finding::Severity::warning, .sentence = std::move(sentence)});
}

/// True when any of them is a fault.
[[nodiscard]] inline bool any_fault(const Findings& findings) {
  for (const Finding& finding : findings) {
    if (finding.severity == Finding::Severity::fault) return true;
  }
  return false;
}

}  // namespace relay::preflight
