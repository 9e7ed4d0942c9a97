#pragma once

#include <string>
#include <vector>

#include "tests/chaos/checker.hpp"
#include "tests/chaos/crew.hpp"

namespace chaos {

/// Relays end in time, die only of what was done to them, and need no more than at their start.
Verdict check_processes(Crew& crew);

/// No file below `folder` holds a word of `secrets`, nor does what the relays wrote of errors into
/// the database. Settings files, which must hold them, are passed over.
Verdict check_secrets(Session& db, const std::string& folder,
                      const std::vector<std::string>& secrets);

/// No file below `folder` holds a word of `secrets`; settings files are passed over.
Verdict check_secrets_in_logs(const std::string& folder, const std::vector<std::string>& secrets);

/// Sessions that a pooler has lent to relays keep nothing of theirs. @param url of the pooler.
Verdict check_pool(const std::string& url);

}  // namespace chaos
