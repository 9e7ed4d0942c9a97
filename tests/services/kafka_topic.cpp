// Topics for the scripts:  freshet_kafka_topic create ADDRESS TOPIC PARTITIONS
//                          freshet_kafka_topic count ADDRESS TOPIC
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "tests/support/kafka_records.hpp"
#include "tests/support/kafka_topics.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  try {
    if (words.size() == 4 && words[0] == "create") {
      tests::KafkaTopics{words[1]}.create(words[2], std::stoi(words[3]));
      return 0;
    }
    if (words.size() == 3 && words[0] == "count") {
      std::cout << tests::read_topic(tests::quick_client(words[1]), words[2]).size() << "\n";
      return 0;
    }
    std::cerr << "kafka_topic: create ADDRESS TOPIC PARTITIONS, or count ADDRESS TOPIC\n";
  } catch (const std::exception& error) {
    std::cerr << "kafka_topic: " << error.what() << "\n";
  }
  return 2;
}
