// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/completion.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>

#include "tools/cli/commands.h"
#include "tools/cli/names.h"
#include "tools/cli/text.h"

namespace virga::cli {
namespace {

constexpr const char* kBash = R"(# virga completion for bash: source <(virga completion bash)
_virga() {
  local IFS=$'\n'
  mapfile -t COMPREPLY < <(virga __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ ${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
  COMPREPLY=("${COMPREPLY[@]// /\\ }")
}
complete -F _virga virga
)";
constexpr const char* kZsh = R"(#compdef virga
# virga completion for zsh: source <(virga completion zsh)
_virga() {
  local -a found
  found=("${(@f)$(virga __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then compadd -Q -- "${(@q)found}"; else _files; fi
}
compdef _virga virga
)";
constexpr const char* kFish = R"(# virga completion for fish: virga completion fish | source
function __virga_complete
  set -l words (commandline -opc)
  virga __complete $words[2..-1] (commandline -ct) 2>/dev/null
end
complete -c virga -f -a '(__virga_complete)'
)";

// What an option wants, and what a command is about: kinds of list_named().
const std::map<std::string, std::string> kOptions{
    {"--image", "images"}, {"--flavor", "flavors"}, {"--network", "networks"},
    {"--key", "keypairs"}, {"--host", "hosts"},
};
const std::map<std::string, std::string> kCommands{
    {"server show", "servers"},    {"server delete", "servers"}, {"server explain", "servers"},
    {"server history", "servers"}, {"host show", "hosts"},       {"host drain", "hosts"},
};

using Words = std::vector<std::string>;

/// Where a line of words leads to.
struct Position {
  CLI::App* app;
  std::string command;                ///< "server show"
  const CLI::Option* open = nullptr;  ///< an option that waits for its value
};

const CLI::Option* option_named(CLI::App* app, const std::string& word) {
  for (; app != nullptr; app = app->get_parent())
    if (const CLI::Option* found = app->get_option_no_throw(word)) return found;
  return nullptr;
}

Position walk(CLI::App& app, const Words& words) {
  Position at{&app, ""};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const std::string& word = words[i];
    if (std::exchange(at.open, nullptr) != nullptr) continue;
    if (word.starts_with('-')) {
      const CLI::Option* option = option_named(at.app, word);
      if (option != nullptr && option->get_items_expected_max() > 0) at.open = option;
      continue;
    }
    const auto next =
        at.app->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
    if (next.empty()) continue;
    at.command += (at.command.empty() ? "" : " ") + word;
    at.app = next.front();
  }
  return at;
}

Words names_of(Context& context, const std::string& kind) {
  Words names;
  for (const auto& one : list_named(context.session(), kind)) names.push_back(one.name);
  return names;
}

Words values_of(Context& context, const CLI::Option& option) {
  const std::string name = option.get_name();  // "--image"
  if (name == "--os-cloud") return list_clouds(context.around());
  if (name == "--output") return {"table", "json", "yaml", "csv", "value"};
  const auto it = kOptions.find(name);
  return it == kOptions.end() ? Words{} : names_of(context, it->second);
}

Words options_of(CLI::App* app) {
  Words names;
  for (; app != nullptr; app = app->get_parent())
    for (const CLI::Option* option : app->get_options())
      for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

Words candidates(CLI::App& app, Context& context, const Words& words) {
  const Position at = walk(app, words);
  if (at.open != nullptr) return values_of(context, *at.open);
  if (words.back().starts_with('-')) return options_of(at.app);
  Words names;
  for (const CLI::App* sub : at.app->get_subcommands([](CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  if (!names.empty()) return names;
  if (at.command == "completion") return {"bash", "zsh", "fish"};
  if (at.command == "api") return {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"};
  const auto it = kCommands.find(at.command);
  return it == kCommands.end() ? Words{} : names_of(context, it->second);
}

}  // namespace

int complete(CLI::App& app, Context& context, Words words) {
  context.be_silent();
  if (words.empty()) words.emplace_back();
  // Options that choose the cloud count for names, too.
  for (std::size_t i = 0; i + 2 < words.size(); ++i)
    if (words[i] == "--os-cloud") context.options.cloud = words[i + 1];
  try {
    Words found = candidates(app, context, words);
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    for (const auto& word : found)
      if (word.starts_with(words.back()) && printable(word) == word) std::cout << word << "\n";
  } catch (const std::exception&) {
    // No cloud, no names.
  }
  return 0;
}

void add_completion_command(CLI::App& app, Context&) {
  auto* completion = app.add_subcommand("completion", "Print the completion script of a shell");
  auto shell = std::make_shared<std::string>();
  completion->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->callback([shell] {
    std::cout << (*shell == "bash" ? kBash : *shell == "zsh" ? kZsh : kFish);
  });
}

}  // namespace virga::cli
