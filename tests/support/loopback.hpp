#pragma once

#include <netinet/in.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace tests {

// Sockets of this machine, as proxies need them. The caller closes the sockets it gets.

/// 127.0.0.1 and a port; 0: any.
[[nodiscard]] sockaddr_in on_this_machine(int port);

/// A socket that listens on a port of the system's choice, and that port.
/// @throws std::runtime_error when there is none.
[[nodiscard]] std::pair<int, int> listen_here();

/// A connection to a port of this machine, whose bytes leave at once; -1: nobody listens there.
[[nodiscard]] int connect_here(int port);

/// Bytes leave it at once from here on.
void send_at_once(int socket);

/// @return false: the other side is gone.
bool send_all(int socket, std::string_view bytes);

/// Where the port of `postgresql://user@host:port/database` begins, and how long it is.
/// @throws std::runtime_error when it has none.
[[nodiscard]] std::pair<std::size_t, std::size_t> port_in(const std::string& url);

}  // namespace tests
