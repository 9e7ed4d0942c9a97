#include "relay/engine/exclusive_section.hpp"

namespace relay::engine {
namespace {

constexpr std::chrono::seconds asks_again_within{1};  // a worker at rest asks twice a second

}  // namespace

ExclusiveSection::Entry::Entry(ExclusiveSection& section, bool alone, lanes::Moment now)
    : section_(section), alone_(alone) {
  const std::lock_guard lock{section_.mutex_};
  const bool free = alone_ ? section_.inside_ == 0 : section_.wanted_until_ <= now;
  inside_ = free && !section_.alone_;
  if (inside_) {
    ++section_.inside_;
    section_.alone_ = alone_;
  }
  if (inside_) section_.wanted_until_ = {};  // granted, or over
  if (alone_ && !inside_) section_.wanted_until_ = now + asks_again_within;
}

ExclusiveSection::Entry::~Entry() {
  if (!inside_) return;
  bool freed = false;
  {
    const std::lock_guard lock{section_.mutex_};
    --section_.inside_;
    freed = section_.inside_ == 0 && (alone_ || section_.wanted_until_ != lanes::Moment{});
    if (alone_) section_.alone_ = false;
  }
  if (freed) section_.freed_();
}

}  // namespace relay::engine
