#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace relay::forward {

/// A record's header; values are bytes.
struct Header {
  std::string name;
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

/// What an event becomes on its way out.
struct Record {
  std::string topic;
  std::string key;                        ///< Decides the partition, and so what keeps its order.
  std::optional<std::string_view> value;  ///< None: a tombstone. Looks into the event.
  std::vector<Header> headers;
};

}  // namespace relay::forward
