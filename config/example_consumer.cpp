// A consumer of what Freshet forwards, complete: example_consumer BROKERS TOPIC GROUP [--to-end]
//
// Freshet sends every event at least once, and those of a key in order. After a fault some may come
// again; a consumer drops what it has seen, by the event's id. `freshet-seq` rises from event to
// event of a key, with gaps: if it does not, order was lost, and that is worth an alarm.
//
// This one keeps what it has seen in memory. A service keeps it where its work goes, in the same
// transaction: then nothing is done twice, even if it dies between its work and the commit below.
#include <librdkafka/rdkafkacpp.h>

#include <csignal>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

volatile std::sig_atomic_t stopped = 0;

/// What has been seen: the last ids, and how far each key has come.
class Seen {
 public:
  /// @return false: the event was here before.
  bool remember(const std::string& id) {
    if (!ids_.insert(id).second) return false;
    oldest_first_.push_back(id);
    if (oldest_first_.size() > most) {
      ids_.erase(oldest_first_.front());
      oldest_first_.pop_front();
    }
    return true;
  }
  /// @return how far the key had come before; 0: this is its first event.
  long long advance(const std::string& key, long long seq) { return std::exchange(seq_[key], seq); }

 private:
  static constexpr std::size_t most = 100'000;
  std::set<std::string> ids_;
  std::deque<std::string> oldest_first_;
  std::map<std::string, long long> seq_;
};

std::string header(RdKafka::Message& message, const std::string& name) {
  const RdKafka::Headers* headers = message.headers();
  if (headers == nullptr) return "";
  const RdKafka::Headers::Header found = headers->get_last(name);
  return found.err() == RdKafka::ERR_NO_ERROR ? found.value_string() : "";
}

/// What this consumer is for. Here it only tells.
void work(RdKafka::Message& message, const std::string& place) {
  std::cout << place << ": " << header(message, "freshet-event-type") << " " << message.len()
            << " bytes\n";
}

/// @return whether the order of its key is whole.
bool handle(RdKafka::Message& message, Seen& seen) {
  const std::string key = message.key() == nullptr ? "" : *message.key();
  const std::string id = header(message, "freshet-event-id");
  const long long seq = std::atoll(header(message, "freshet-seq").c_str());
  const std::string place = "partition " + std::to_string(message.partition()) + " offset " +
                            std::to_string(message.offset()) + " key " + key + " seq " +
                            std::to_string(seq);
  if (!seen.remember(id)) {
    std::cout << place << ": dropped, event " << id << " was here before\n";
    return true;
  }
  const long long before = seen.advance(key, seq);
  if (seq <= before) {
    std::cerr << place << ": OUT OF ORDER, seq was " << before << " already\n";
  }
  work(message, place);
  return seq > before;
}

std::unique_ptr<RdKafka::KafkaConsumer> consumer_of(const std::string& brokers,
                                                    const std::string& topic,
                                                    const std::string& group) {
  const std::vector<std::pair<std::string, std::string>> settings{
      {"bootstrap.servers", brokers},   {"group.id", group}, {"auto.offset.reset", "earliest"},
      {"enable.auto.commit", "false"},  // only what is done is committed
      {"enable.partition.eof", "true"},
  };
  const std::unique_ptr<RdKafka::Conf> conf{RdKafka::Conf::create(RdKafka::Conf::CONF_GLOBAL)};
  std::string why;
  for (const auto& [name, value] : settings) {
    if (conf->set(name, value, why) != RdKafka::Conf::CONF_OK) throw std::runtime_error{why};
  }
  std::unique_ptr<RdKafka::KafkaConsumer> consumer{RdKafka::KafkaConsumer::create(conf.get(), why)};
  if (!consumer) throw std::runtime_error{why};
  const RdKafka::ErrorCode error = consumer->subscribe({topic});
  if (error != RdKafka::ERR_NO_ERROR) throw std::runtime_error{RdKafka::err2str(error)};
  return consumer;
}

std::size_t assigned(RdKafka::KafkaConsumer& consumer) {
  std::vector<RdKafka::TopicPartition*> partitions;
  consumer.assignment(partitions);
  const std::size_t count = partitions.size();
  RdKafka::TopicPartition::destroy(partitions);
  return count;
}

/// @return the exit code: 1 when order was lost.
int consume(RdKafka::KafkaConsumer& consumer, bool to_end) {
  Seen seen;
  std::set<int> ended;  // partitions
  bool in_order = true;
  while (stopped == 0) {
    const std::unique_ptr<RdKafka::Message> message{consumer.consume(100)};
    switch (message->err()) {
      case RdKafka::ERR_NO_ERROR:
        ended.erase(message->partition());
        in_order &= handle(*message, seen);
        consumer.commitSync(message.get());
        break;
      case RdKafka::ERR__PARTITION_EOF:
        ended.insert(message->partition());
        if (to_end && ended.size() == assigned(consumer)) return in_order ? 0 : 1;
        break;
      case RdKafka::ERR__TIMED_OUT: break;
      default: std::cerr << message->errstr() << "\n";
    }
  }
  return in_order ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  const bool to_end = words.size() == 4 && words[3] == "--to-end";
  if (words.size() != 3 && !to_end) {
    std::cerr << "usage: example_consumer BROKERS TOPIC GROUP [--to-end]\n";
    return 2;
  }
  std::cout << std::unitbuf;  // what is done is seen at once
  std::signal(SIGINT, [](int) { stopped = 1; });
  std::signal(SIGTERM, [](int) { stopped = 1; });
  try {
    const auto consumer = consumer_of(words[0], words[1], words[2]);
    const int code = consume(*consumer, to_end);
    consumer->close();
    return code;
  } catch (const std::exception& error) {
    std::cerr << "example_consumer: " << error.what() << "\n";
    return 1;
  }
}
