#include "relay/wiring/cli/command_line.hpp"

#include <gmock/gmock.h>

#include <tuple>
#include <vector>

namespace relay::wiring {
namespace {

using ::testing::HasSubstr;
using Verb = Command::Verb;

struct Answer {
  std::variant<Command, int> value;
  std::string out;
  std::string err;
};

Answer ask(std::vector<const char*> words) {
  words.insert(words.begin(), "freshet");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  auto value = parse(static_cast<int>(words.size()), words.data());
  return {value, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

TEST(CommandLine, EveryVerbIsRead) {
  const std::vector<std::pair<std::vector<const char*>, Verb>> table = {
      {{"migrate", "-c", "f"}, Verb::migrate},
      {{"check", "-c", "f"}, Verb::check},
      {{"run", "-c", "f"}, Verb::run},
      {{"status", "-c", "f"}, Verb::status},
      {{"listeners", "list", "-c", "f"}, Verb::listeners_list},
      {{"listeners", "retire", "a", "-c", "f"}, Verb::listeners_retire},
      {{"dead", "list", "-c", "f"}, Verb::dead_list},
      {{"dead", "show", "e", "-c", "f"}, Verb::dead_show},
      {{"dead", "retry", "--all", "-c", "f"}, Verb::dead_retry},
      {{"dead", "discard", "e", "--reason", "r", "-c", "f"}, Verb::dead_discard},
      {{"keys", "blocked", "-c", "f"}, Verb::keys_blocked},
      {{"pause", "a", "-c", "f"}, Verb::pause},
      {{"resume", "a", "-c", "f"}, Verb::resume},
      {{"publish", "-c", "f"}, Verb::publish},
      {{"replay", "--forward", "a", "--to", "b", "-c", "f"}, Verb::replay},
      {{"settings", "-c", "f"}, Verb::settings},
  };
  for (const auto& [words, verb] : table) {
    const Answer answer = ask(words);
    ASSERT_TRUE(std::holds_alternative<Command>(answer.value)) << words[0] << answer.err;
    EXPECT_EQ(std::get<Command>(answer.value).verb, verb) << words[0];
    EXPECT_EQ(std::get<Command>(answer.value).config, "f") << words[0];
  }
}

TEST(CommandLine, EveryFilterOfDeadLettersIsRead) {
  const auto retry = std::get<Command>(
      ask({"dead", "retry", "e1", "e2", "--projection", "p", "--key", "k", "--key-type", "",
           "--type", "T*", "--error-class", "event", "--yes", "-c", "f"})
          .value);
  EXPECT_THAT(retry.dead.events, ::testing::ElementsAre("e1", "e2"));
  EXPECT_EQ(retry.dead.projection, "p");
  EXPECT_EQ(retry.dead.key, "k");
  EXPECT_EQ(retry.dead.key_type, "");
  EXPECT_EQ(retry.dead.type, "T*");
  EXPECT_EQ(retry.dead.error_class, "event");
  EXPECT_TRUE(retry.yes);
  const auto list =
      std::get<Command>(ask({"dead", "list", "--limit", "7", "--json", "-c", "f"}).value);
  EXPECT_EQ(list.limit, 7);
  EXPECT_TRUE(list.json);
}

TEST(CommandLine, EveryWordOfAReplayIsRead) {
  const auto replay = std::get<Command>(
      ask({"replay", "--forward", "a", "--to", "t", "--from", "7", "--until", "2026-03-01", "--key",
           "k", "--type", "T*", "--rate", "50", "--restart", "--yes", "-c", "f"})
          .value);
  EXPECT_EQ(replay.replay.forward, "a");
  EXPECT_EQ(replay.replay.topic, "t");
  EXPECT_EQ(operate::in_words(replay.replay.filter),
            "--from 7 --until 2026-03-01 --key k --type T*");
  EXPECT_EQ(replay.replay.rate, 50);
  EXPECT_TRUE(replay.replay.restart);
  EXPECT_TRUE(replay.yes);
  EXPECT_THAT(ask({"replay", "--to", "t", "-c", "f"}).err, HasSubstr("--forward"));
  EXPECT_THAT(ask({"replay", "--forward", "a", "-c", "f"}).err, HasSubstr("--to"));
  EXPECT_THAT(ask({"replay", "--forward", "a", "--to", "t", "--rate", "0", "-c", "f"}).err,
              HasSubstr("--rate"));
}

TEST(CommandLine, WhatChangesDeadLettersSaysWhichAndWhy) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> table = {
      {{"dead", "retry", "-c", "f"}, "say which dead letters to retry"},
      {{"dead", "retry", "e", "--all", "-c", "f"}, "leave out either"},
      {{"dead", "discard", "--reason", "r", "-c", "f"}, "say which dead letters to discard"},
      {{"dead", "discard", "e", "-c", "f"}, "--reason \"…\" is needed"},
      {{"dead", "discard", "e", "--reason", " ", "-c", "f"}, "--reason \"…\" is needed"},
      {{"dead", "show", "a", "b", "-c", "f"}, "b"},
      {{"dead", "rety", "-c", "f"}, "did you mean \"retry\"?"},
      {{"dead", "list", "--limit", "0", "-c", "f"}, "limit"},
  };
  for (const auto& [words, sentence] : table) {
    const Answer answer = ask(words);
    ASSERT_TRUE(std::holds_alternative<int>(answer.value)) << sentence;
    EXPECT_EQ(std::get<int>(answer.value), Exit::usage) << sentence;
    EXPECT_THAT(answer.err, HasSubstr(sentence));
  }
}

TEST(CommandLine, OptionsOfAVerbAreRead) {
  EXPECT_TRUE(std::get<Command>(ask({"run", "--drain", "-c", "f"}).value).drain);
  const auto status = std::get<Command>(ask({"status", "-c", "f", "--json", "--watch", "5"}).value);
  EXPECT_TRUE(status.json);
  EXPECT_EQ(status.watch_s, 5);
  EXPECT_EQ(std::get<Command>(ask({"publish", "-c", "f", "--batch", "7"}).value).batch, 7);
  const auto retire =
      std::get<Command>(ask({"listeners", "retire", "x", "--yes", "-c", "f"}).value);
  EXPECT_EQ(retire.listener, "x");
  EXPECT_TRUE(retire.yes);
  const auto settings = std::get<Command>(ask({"settings", "-c", "f", "--adopt", "--yes"}).value);
  EXPECT_TRUE(settings.adopt && settings.yes);
  EXPECT_EQ(std::get<Command>(ask({"check", "-c", "f", "--database", "b"}).value).database, "b");
}

TEST(CommandLine, WrongUseIsTwoAndSaysWhatToDo) {
  const std::vector<std::pair<std::vector<const char*>, const char*>> table = {
      {{}, "subcommand"},
      {{"statsu", "-c", "f"}, "there is no subcommand \"statsu\"; did you mean \"status\"?"},
      {{"listeners", "retrie", "a", "-c", "f"}, "did you mean \"retire\"?"},
      {{"listeners", "retire", "-c", "f"}, "name"},
      {{"check"}, "-c FILE is needed"},
      {{"publish", "-c", "f", "--batch", "0"}, "--batch"},
      {{"run", "-c", "f", "--drian"}, "--drian"},
      {{"status", "-c", "f", "--watch", "x"}, "--watch"},
  };
  for (const auto& [words, said] : table) {
    const Answer answer = ask(words);
    ASSERT_TRUE(std::holds_alternative<int>(answer.value)) << said;
    EXPECT_EQ(std::get<int>(answer.value), 2) << said;
    EXPECT_THAT(answer.err, HasSubstr(said));
    EXPECT_EQ(answer.out, "") << said;
  }
}

TEST(CommandLine, HelpAndVersionAreFineAndGoToStandardOutput) {
  const Answer help = ask({"--help"});
  EXPECT_EQ(std::get<int>(help.value), 0);
  EXPECT_THAT(help.out, HasSubstr("freshet run     -c config/helpdesk.toml"));
  EXPECT_THAT(help.out, HasSubstr("Exit codes: 0 fine, 2 usage or settings"));
  EXPECT_THAT(help.out, HasSubstr("about every [[database]] of the file"));
  EXPECT_THAT(ask({"listeners", "retire", "--help"}).out, HasSubstr("Example:"));
  const Answer version = ask({"--version"});
  EXPECT_EQ(std::get<int>(version.value), 0);
  EXPECT_EQ(version.out, std::string{"freshet "} + FRESHET_VERSION + "\n");
}

}  // namespace
}  // namespace relay::wiring
