#include "relay/base/in_quotes.hpp"
#include "relay/operate/text/in_text.hpp"
#include "relay/operate/text/printable.hpp"

namespace relay::operate {
namespace {

std::string dead_letters(std::int64_t number) {
  return std::to_string(number) + (number == 1 ? " dead letter is" : " dead letters are");
}

std::string overtaken(const PauseResult& result) {
  return "Projection " + in_quotes(result.listener) + " was changed by somebody else meanwhile.\n";
}

std::string runners_in_text(const BeforeRetiring& before) {
  if (!before.runners) {
    return "Whether a relay runs it now could not be read in time: stop it first if one does.\n";
  }
  std::string text;
  for (const BeforeRetiring::Runner& runner : *before.runners) {
    text += "Relay " + in_quotes(runner.instance) + " was running it " +
            std::to_string(runner.seen_s_ago) +
            " s ago and stops claiming once it is retired: stop it first.\n";
  }
  return text;
}

std::string open_in_text(const BeforeRetiring& before) {
  const std::string then =
      "they are discarded, and their events completed where nobody else is owed them.\n";
  if (!before.open) {
    return "How many deliveries are open could not be read in time; " + then;
  }
  if (*before.open == 0) return "It has no open deliveries.\n";
  return "Open deliveries: " + std::to_string(*before.open) +
         (*before.open >= count_limit ? " or more; " : "; ") + then;
}

}  // namespace

std::string before_retrying(const DeadLetters& letters) {
  std::string text = "To retry: " + in_words(letters);
  for (const std::string& name : letters.unordered) {
    text += printable(name) +
            " skips dead letters (on_dead = \"skip\"): later events of their keys have passed, so "
            "a retry of theirs is out of order.\n";
  }
  for (const std::string& name : letters.stopped) {
    text += printable(name) + " is paused or retired: its deliveries stay ready until it runs.\n";
  }
  return text;
}

std::string compared(const Agreement& database, const Agreement& own) {
  std::string text;
  for (const auto& [name, value] : database) {
    text += name + " = \"" + value + "\"";
    const auto mine = own.find(name);
    if (mine != own.end() && mine->second != value) {
      text += "   but this file says \"" + mine->second + "\"";
    }
    text += '\n';
  }
  for (const auto& [name, value] : own) {
    if (!database.contains(name)) {
      text += name + " is not set yet; this file says \"" + value + "\"\n";
    }
  }
  return text;
}

std::string adopted_in_text(const Agreement& changed) {
  if (changed.empty()) return "The database has this file's settings already.\n";
  return in_words(changed) +
         "Relays with other settings stop claiming and say so; restart them with this file.\n";
}

std::string in_text(const BeforeRetiring& before) {
  return runners_in_text(before) + "No event will wait for " + in_quotes(before.listener) +
         " any more. " + open_in_text(before);
}

std::string in_text(const Retried& retried) {
  if (retried.number == 0) return "Nothing was changed: no dead letter is left to retry.\n";
  return dead_letters(retried.number) +
         " in the queue again, attempts counted from zero; what waits behind follows in order. "
         "\"freshet status\" shows how it goes.\n";
}

std::string in_text(const Discarded& discarded) {
  if (discarded.number == 0) return "Nothing was changed: no dead letter is left to discard.\n";
  return dead_letters(discarded.number) +
         " discarded; their failures stay in event_attempt, and what waited behind goes on.\n";
}

std::string in_text(const Retired& retired) {
  std::string text = "Listener " + in_quotes(retired.listener) +
                     (retired.now ? " is retired." : " is retired already.");
  if (retired.discarded > 0) {
    text += " Open deliveries discarded: " + std::to_string(retired.discarded) + ".";
  }
  if (retired.now) {
    text +=
        " Its read model is left as it is. A relay that has it in its settings registers it anew "
        "when it starts; it then misses what was completed meanwhile.";
  }
  return text + "\n";
}

std::string paused_in_text(const PauseResult& result) {
  const std::string projection = "Projection " + in_quotes(result.listener);
  switch (result.kind) {
    case PauseResult::Kind::done:
      return projection +
             " is paused until \"freshet resume\": its events are kept as deliveries, others go "
             "on.\n";
    case PauseResult::Kind::nothing_to_do:
      return projection + " is paused already, since " + result.since +
             (result.reason.empty() ? "" : ": " + printable(result.reason)) + ".\n";
    case PauseResult::Kind::overtaken: break;
  }
  return overtaken(result);
}

std::string resumed_in_text(const PauseResult& result) {
  const std::string projection = "Projection " + in_quotes(result.listener);
  switch (result.kind) {
    case PauseResult::Kind::done:
      return projection + " goes on; what was kept for it is worked off in order.\n";
    case PauseResult::Kind::nothing_to_do: return projection + " is not paused.\n";
    case PauseResult::Kind::overtaken: break;
  }
  return overtaken(result);
}

}  // namespace relay::operate
