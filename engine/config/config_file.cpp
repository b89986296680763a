#include <algorithm>

#include "engine/config/config.h"
#include "engine/config/config_form.h"

// The library's own shared object throws; its header alone, compiled here without exceptions, returns its
// errors.
#undef TOML_SHARED_LIB
#undef TOML_HEADER_ONLY
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace pulter::config {
namespace {

std::unexpected<Error> refuse(std::string_view file, const toml::source_region& where, std::string_view field,
                              std::string_view what) {
  std::string detail(file);
  detail.append(":").append(std::to_string(where.begin.line)).append(": ").append(what);
  return std::unexpected(Error{ErrorCode::bad_config, static_cast<std::int64_t>(where.begin.line),
                               std::move(detail), std::string(field)});
}

Result<> check_form(std::string_view text, std::string_view file) {
  const auto problem = find_form_problem(text);
  if (!problem) return {};
  std::string detail(file);
  detail.append(":").append(std::to_string(problem->line)).append(": ").append(problem->text);
  return std::unexpected(Error{ErrorCode::bad_config, problem->line, std::move(detail), {}});
}

/// A scalar as the text that a flag or variable would have; nothing for a table, a float or a date.
std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

Result<> apply(Config& config, std::string_view file, std::string_view name, const toml::node& node) {
  std::vector<std::string> values;
  const auto add = [&values](const toml::node& each) {
    std::optional<std::string> text = scalar_text(each);
    if (text) values.push_back(std::move(*text));
    return text.has_value();
  };
  bool readable = true;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& each : *list) readable = readable && add(each);
  } else {
    readable = add(node);
  }
  if (!readable) {
    return refuse(file, node.source(), name,
                  std::string(name) + ": expected a text, a whole number, true or false, or a list of them");
  }
  if (auto ok = set(config, name, values); !ok) return refuse(file, node.source(), name, ok.error().detail);
  return {};
}

}  // namespace

Result<> load_config(Config& config, std::string_view text, std::string_view file_name) {
  if (auto good = check_form(text, file_name); !good) return good;
  toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return refuse(file_name, error.source(), "", error.description());
  }
  for (const auto& [key, node] : parsed.table()) {
    if (auto ok = apply(config, file_name, key.str(), node); !ok) return ok;
  }
  return {};
}

}  // namespace pulter::config
