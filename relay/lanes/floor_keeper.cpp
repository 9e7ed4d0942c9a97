#include "relay/lanes/floor_keeper.hpp"

#include <algorithm>

namespace relay::lanes {

void FloorKeeper::observe(std::int64_t last_seq, const std::set<std::string>& open_writers) {
  if (candidate_) {
    std::erase_if(candidate_->writers,
                  [&](const std::string& writer) { return !open_writers.contains(writer); });
    if (!candidate_->writers.empty()) return;
    decided_ = std::max(decided_, candidate_->seq);
    candidate_.reset();
  }
  if (last_seq <= decided_) return;
  if (open_writers.empty()) {
    decided_ = last_seq;
  } else {
    candidate_ = Candidate{last_seq, open_writers};
  }
}

void FloorKeeper::forget() {
  candidate_.reset();
  decided_ = 0;
}

}  // namespace relay::lanes
