#include "relay/forward/event_headers.hpp"
#include "relay/forward/headers.hpp"
#include "relay/forward/rfc3339.hpp"

namespace relay::forward {

void add_plain_headers(Record& record, const projections::Event& event) {
  std::vector<Header>& headers = record.headers;
  headers.reserve(event.headers ? 8 : 4);
  headers.push_back({"freshet-event-id", std::string{event.id}});
  headers.push_back({"freshet-event-type", std::string{event.type}});
  headers.push_back({"freshet-seq", std::to_string(event.seq)});
  headers.push_back({"freshet-published-at", rfc3339(event.published_at)});
  if (event.headers) append_event_headers(*event.headers, headers);
}

}  // namespace relay::forward
