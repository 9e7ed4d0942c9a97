#pragma once

namespace tests {

/// A port of 127.0.0.1 that nobody listens on, below the range that outgoing connections draw from:
/// a client that knocks at a dead server's port in that range would one day meet itself.
/// @throws std::runtime_error when there is none.
[[nodiscard]] int free_port();

}  // namespace tests
