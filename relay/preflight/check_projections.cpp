#include <chrono>

#include "relay/preflight/checks.hpp"

namespace relay::preflight {
namespace {

using namespace std::chrono_literals;

/// In a transaction of its own that leaves nothing, so that one projection's fault is its own.
std::vector<std::string> explain(pg::Connection& connection, const CheckedProjection& projection) {
  constexpr pg::Limits limits{2s, 10s, 30s};
  pg::Script{connection}.begin(limits).run();
  try {
    std::vector<std::string> faults = projection.explain(connection.tx());
    connection.rollback();
    return faults;
  } catch (...) {
    const projections::Failure failure = projections::current_failure();
    connection.rollback();
    if (failure.kind == projections::FailureKind::connection) throw;
    return {failure.message};
  }
}

}  // namespace

void check_projections(pg::Connection& connection, const Subject& subject, Findings& findings) {
  for (const CheckedProjection& projection : subject.projections) {
    const std::string label = "projection \"" + projection.name + "\": ";
    for (const std::string& sentence : projection.warnings) warning(findings, label + sentence);
    if (!projection.explain) continue;
    for (const std::string& sentence : explain(connection, projection)) {
      fault(findings, label + sentence);
    }
  }
}

}  // namespace relay::preflight
