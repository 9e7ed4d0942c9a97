#include "tests/chaos/options.hpp"

#include <filesystem>
#include <random>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace chaos {
namespace {

template <class Number>
Number number(const std::string& option, const std::string& text) {
  std::istringstream in{text};
  Number value{};
  if (!(in >> value) || !in.eof() || value < 0) {
    throw std::invalid_argument{option + " wants a number, not '" + text + "'"};
  }
  return value;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  std::istringstream in{text};
  for (std::string word; std::getline(in, word, ',');) words.push_back(word);
  return words;
}

// A place or an action that nobody asks for would inject nothing, and the run would pass.
const std::string& known_failpoints(const std::string& rules) {
  static const std::string places =
      "before_commit|after_commit|discard_chosen|forward_before_send|forward_after_send";
  static const std::string actions = "kill|throw|stall|sleep";
  static const std::regex rule{"(" + places + ")=(" + actions + "):(0|1|[01]?\\.[0-9]+)"};
  for (const std::string& one : split(rules)) {
    if (std::regex_match(one, rule)) continue;
    throw std::invalid_argument{"--failpoints wants PLACE=ACTION:PROBABILITY, not '" + one +
                                "'; PLACE is " + places + ", ACTION " + actions};
  }
  return rules;
}

void set(Options& options, const std::string& name, const std::string& value) {
  if (name == "--seed") {
    options.seed = number<std::uint64_t>(name, value);
  } else if (name == "--minutes") {
    options.minutes = number<double>(name, value);
  } else if (name == "--faults") {
    options.faults = split(value);
  } else if (name == "--sabotage") {
    options.sabotage = value;
  } else if (name == "--failpoints") {
    options.failpoints = known_failpoints(value);
  } else if (name == "--kills") {
    options.kills = number<int>(name, value);
  } else if (name == "--completion") {
    options.completion = value;
  } else if (name == "--company") {
    if (value != "both" && value != "forwards") {
      throw std::invalid_argument{"--company is both or forwards, not '" + value + "'"};
    }
    options.company = value;
  } else if (name == "--freshet") {
    options.freshet = value;
  } else if (name == "--service") {
    options.service = value;
  } else {
    throw std::invalid_argument{
        "no option '" + name +
        "'; there are --seed N, --minutes M, --faults A,B, --kills N, --sabotage RULE, "
        "--failpoints RULES, --completion MODE, --company both|forwards, --no-kafka, --no-crashes, "
        "--fleet, --keep, --freshet FILE and --service FILE"};
  }
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options options;
  options.seed = std::random_device{}() % 1'000'000'000;
  const std::filesystem::path beside = std::filesystem::canonical("/proc/self/exe").parent_path();
  options.freshet = (beside / "freshet_chaos_relay").string();
  options.service = (beside / "freshet_chaos_service").string();
  const std::filesystem::path root = beside.parent_path();
  options.kafka_home = (root / ".cache/kafka").string();
  options.kafka_recipe = (root / "tests/support/kafka").string();
  for (int i = 1; i < argc; ++i) {
    const std::string name{argv[i]};
    if (name == "--keep") {
      options.keep = true;
    } else if (name == "--no-kafka") {
      options.kafka = false;
    } else if (name == "--async") {
      options.async = true;
    } else if (name == "--fleet") {
      options.fleet = true;
    } else if (name == "--no-crashes") {
      options.crashes = false;
    } else if (i + 1 < argc) {
      set(options, name, argv[++i]);
    } else {
      throw std::invalid_argument{"'" + name + "' wants a value, or is no option"};
    }
  }
  if (options.completion.empty()) {
    const char* modes[] = {"update", "delete", "archive"};
    options.completion = modes[options.seed % 3];
  }
  if (options.sabotage.empty() && options.seed % 2 == 0) options.async = true;
  if (options.kills > 0 || options.fleet) options.kafka = false;
  if (options.fleet && options.kills > 0) {
    throw std::invalid_argument{"--fleet and --kills are different runs: leave out one of them"};
  }
  if (options.company.empty()) options.company = options.seed % 4 == 3 ? "forwards" : "both";
  return options;
}

Company company_of(const Options& options) {
  if (!options.kafka) return Company::projections;
  return options.company == "forwards" ? Company::forwards : Company::both;
}

std::string repeat(const Options& options) {
  std::ostringstream out;
  out << "./dev chaos --seed " << options.seed;
  if (options.kills > 0) {
    out << " --kills " << options.kills;
  } else {
    out << " --minutes " << options.minutes;
  }
  for (std::size_t i = 0; i < options.faults.size(); ++i) {
    out << (i == 0 ? " --faults " : ",") << options.faults[i];
  }
  if (!options.sabotage.empty()) out << " --sabotage " << options.sabotage;
  if (!options.failpoints.empty()) out << " --failpoints '" << options.failpoints << "'";
  if (options.async) out << " --async";
  if (!options.crashes) out << " --no-crashes";
  if (options.fleet) out << " --fleet";
  if (!options.kafka && !options.fleet) out << " --no-kafka";
  if (options.kafka) out << " --company " << options.company;
  out << " --completion " << options.completion;
  return out.str();
}

}  // namespace chaos
