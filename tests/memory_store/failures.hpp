#pragma once

#include <string>

#include "projections/failure.hpp"

// What a session throws, such that projections::failure_of tells its kind.

namespace tests::memory {

/// By its SQLSTATE, if it has one, else by its kind.
[[noreturn]] void fail_with(const projections::Failure& failure);
[[noreturn]] void fail_as_cut_off(const std::string& why);
[[noreturn]] void fail_as_locked();
[[noreturn]] void fail_as_too_slow();
[[noreturn]] void fail_as_aborted();

}  // namespace tests::memory
