#include "relay/preflight/checks.hpp"
#include "schema/statements.hpp"

namespace relay::preflight {
namespace {

/// In a transaction of its own that leaves nothing, so that one projection's fault is its own.
std::vector<std::string> explain(pg::Connection& connection, const CheckedProjection& projection) {
  pg::Script{connection}
      .add(schema::statements::begin)
      .add(schema::statements::limits, {"2000", "10000", "30000"})
      .run();
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
