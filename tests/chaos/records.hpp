#pragma once

#include <string>

#include "tests/chaos/listeners.hpp"
#include "tests/chaos/session.hpp"

namespace chaos {

/// Reads every topic of every forward from its beginning into chaos_record.
/// @throws std::runtime_error when Kafka cannot be read, DatabaseError.
void collect_records(Session& db, const Cast& cast, const std::string& address);

}  // namespace chaos
