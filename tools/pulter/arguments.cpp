#include "tools/pulter/arguments.h"

#include <CLI/CLI.hpp>

namespace pulter::tool {

void add_choice(CLI::App& command, const std::string& names, std::optional<bool>& choice,
                const std::string& help) {
  // add_flag with an optional<bool> would set it to false when no flag was given.
  command.add_flag_function(
      names, [&choice](std::int64_t count) { choice = count > 0; }, help);
}

}  // namespace pulter::tool
