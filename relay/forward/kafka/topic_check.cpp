#include "relay/forward/kafka/topic_check.hpp"

#include <numeric>

#include <librdkafka/rdkafka.h>

#include "relay/base/in_quotes.hpp"
#include "relay/forward/kafka/answers.hpp"

namespace relay::forward::kafka {
namespace {

using Clock = std::chrono::steady_clock;

Config config_for_questions(const KafkaOptions& options) {
  Config config = config_of(options);
  for (const auto& [name, value] :
       Config{{"enable.idempotence", "false"}, {"acks", "2"}, {"retries", "0"}}) {
    config.emplace_back(name, value);
  }
  return config;
}

/// One look at one set of topics.
class Questions {
 public:
  Questions(const KafkaOptions& options, Clock::time_point deadline)
      : producer_(config_for_questions(options)), deadline_(deadline) {}

  TopicReport ask(const std::set<std::string>& topics) {
    const int code = exists("");
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) report_.down = producer_.reason(code);
    for (const std::string& topic : topics) {
      if (!report_.down.empty()) return std::move(report_);
      note(topic, exists(topic));
    }
    if (!there_.empty()) try_to_write();
    return std::move(report_);
  }

 private:
  int exists(const std::string& topic) {
    return producer_.ask(topic,
                         std::chrono::ceil<std::chrono::milliseconds>(deadline_ - Clock::now()));
  }

  void note(const std::string& topic, int code) {
    switch (meaning_of(code)) {
      case Meaning::acknowledged:
        there_.push_back({.topic = topic, .key = "", .value = "", .headers = {}});
        return;
      case Meaning::refused:
      case Meaning::closed: report_.faults.push_back(why_closed(topic, code)); return;
      case Meaning::down: report_.down = producer_.reason(code); return;
    }
  }

  void try_to_write() {
    std::vector<std::size_t> places(there_.size());
    std::iota(places.begin(), places.end(), 0);
    const auto flight = producer_.start(there_, places, deadline_);
    const bool ended = flight->wait_until(deadline_) || producer_.give_up(*flight);
    for (std::size_t place = 0; place < there_.size(); ++place) {
      const int code = ended ? flight->code(place) : RD_KAFKA_RESP_ERR__TIMED_OUT;
      const std::string& topic = there_[place].topic;
      if (code == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS) continue;  // it would have been taken
      report_.faults.push_back(meaning_of(code) == Meaning::closed
                                   ? why_closed(topic, code)
                                   : "nobody says whether the topic " + in_quotes(topic) +
                                         " may be written: " + producer_.reason(code));
    }
  }

  Producer producer_;
  const Clock::time_point deadline_;
  std::vector<Record> there_;  ///< One for each topic that exists.
  TopicReport report_;
};

}  // namespace

TopicReport check_topics(const KafkaOptions& options, const std::set<std::string>& topics,
                         std::chrono::milliseconds time) {
  return Questions{options, Clock::now() + time}.ask(topics);
}

}  // namespace relay::forward::kafka
