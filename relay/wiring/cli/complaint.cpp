#include "relay/wiring/cli/complaint.hpp"

#include "projections/failure.hpp"
#include "relay/operate/migrate/migrate.hpp"
#include "relay/operate/publish/publish.hpp"
#include "relay/operate/usage_error.hpp"
#include "relay/pg/connection.hpp"
#include "relay/wiring/cli/command_line.hpp"
#include "relay/wiring/process/catalogue.hpp"

namespace relay::wiring {

Complaint complaint_in_flight() {
  try {
    throw;
  } catch (const operate::PublishError& error) {
    return {error.what(), Exit::usage};
  } catch (const operate::UsageError& error) {
    return {error.what(), Exit::usage};
  } catch (const operate::MigrateError& error) {
    return {error.what(), Exit::database};
  } catch (const pg::ConnectError& error) {
    return {error.what(), Exit::database};
  } catch (const CatalogueError& error) {
    return {error.what(), Exit::database};
  } catch (const std::exception&) {
    const projections::Failure failure = projections::current_failure();
    using Kind = projections::FailureKind;
    if (failure.kind != Kind::connection && failure.kind != Kind::configuration) {
      return {failure.message, Exit::other};
    }
    return {"the database: " + failure.message + "; \"freshet check\" tells what is wrong",
            Exit::database};
  } catch (...) {
    return {"a C++ projection threw something that is no std::exception", Exit::other};
  }
}

}  // namespace relay::wiring
