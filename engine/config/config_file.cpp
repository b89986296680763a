#include <algorithm>

#include "engine/config/config.h"

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

/// What a line has that no setting needs; null when there is nothing. The library must not see these: it
/// stops the program over a header such as "[/]", and what it does with letters outside of quotes is not
/// defined.
const char* oddity_of(std::string_view line) {
  line = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with("[")) {
    return "a line begins with \"[\", but the settings have no tables: write each as name = value, and a "
           "list with "
           "its \"[\" behind the \"=\"";
  }
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && c == '#') return nullptr;
    if (quote == 0 && static_cast<unsigned char>(c) >= 0x80)
      return "a letter that is not ASCII stands outside of quotes";
    if (quote == 0 && (line.substr(i).starts_with("\"\"\"") || line.substr(i).starts_with("'''")))
      return "a text over several lines begins, but no setting takes one";
    if (quote == '"' && c == '\\') {
      ++i;
    } else if (quote == c) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    }
  }
  return nullptr;
}

Result<> check_lines(std::string_view text, std::string_view file) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::int64_t number = 1;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (const char* why = oddity_of(text.substr(at, end - at))) {
      std::string detail(file);
      detail.append(":").append(std::to_string(number)).append(": ").append(why);
      return std::unexpected(Error{ErrorCode::bad_config, number, std::move(detail), {}});
    }
    at = end + 1;
  }
  return {};
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
  if (auto good = check_lines(text, file_name); !good) return good;
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
