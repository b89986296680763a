#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pulter::config {

/// Where a settings file has another form than settings have, and what is to be done about it.
struct FormProblem {
  std::int64_t line = 0;
  std::string text;
};

/// Looks whether `text` is nothing but lines `name = value`: a value is a text in quotes, a word (a number,
/// true, false), or a list of such values in brackets, which may go over several lines; comments and blank
/// lines between them. That is the part of TOML (v1.0.0, https://toml.io) that settings need.
///
/// The rest is refused here because the TOML library must not see it: it stops the program over a header such
/// as
/// "[/]" and over a list such as "[}", and what it does with letters outside of quotes is not defined.
[[nodiscard]] std::optional<FormProblem> find_form_problem(std::string_view text);

}  // namespace pulter::config
