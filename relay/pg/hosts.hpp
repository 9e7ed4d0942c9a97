#pragma once

#include <string>
#include <vector>

#include "relay/pg/conninfo.hpp"

namespace relay::pg {

/// One of the hosts of a conninfo.
struct Host {
  std::string name;  ///< A name, an address, the folder of a socket, or empty: the local socket.
  std::string port;  ///< Empty: libpq's own.
  std::vector<std::string> addresses;  ///< By `hostaddr` or a look-up. None: libpq takes the name.

  /// Whether libpq would ask the resolver for it.
  [[nodiscard]] bool to_be_looked_up() const;
};

/// The hosts in the order in which they are tried, from the settings and else from PGHOST,
/// PGHOSTADDR and PGPORT. None where libpq should see to them itself: a service file may say
/// more, or the lists do not match, which libpq says.
[[nodiscard]] std::vector<Host> hosts_of(const ConninfoOptions& options);

/// The settings with these hosts: each address of one is an entry of its own in `hostaddr`, beside
/// its name, which TLS and the password file go by.
[[nodiscard]] ConninfoOptions with_hosts(ConninfoOptions options, const std::vector<Host>& hosts);

}  // namespace relay::pg
