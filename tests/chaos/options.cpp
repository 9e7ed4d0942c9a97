#include "tests/chaos/options.hpp"

#include <filesystem>
#include <random>
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
    options.failpoints = value;
  } else if (name == "--kills") {
    options.kills = number<int>(name, value);
  } else if (name == "--completion") {
    options.completion = value;
  } else if (name == "--freshet") {
    options.freshet = value;
  } else if (name == "--service") {
    options.service = value;
  } else {
    throw std::invalid_argument{
        "no option '" + name +
        "'; there are --seed N, --minutes M, --faults A,B, --kills N, --sabotage RULE, "
        "--failpoints RULES, --completion MODE, --no-crashes, --keep, --freshet FILE and --service "
        "FILE"};
  }
}

}  // namespace

Options read_options(int argc, char** argv) {
  Options options;
  options.seed = std::random_device{}() % 1'000'000'000;
  const std::filesystem::path beside = std::filesystem::canonical("/proc/self/exe").parent_path();
  options.freshet = (beside / "freshet").string();
  options.service = (beside / "freshet_chaos_service").string();
  for (int i = 1; i < argc; ++i) {
    const std::string name{argv[i]};
    if (name == "--keep") {
      options.keep = true;
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
  return options;
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
  if (!options.crashes) out << " --no-crashes";
  out << " --completion " << options.completion;
  return out.str();
}

}  // namespace chaos
