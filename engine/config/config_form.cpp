#include "engine/config/config_form.h"

#include <utility>

namespace pulter::config {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

bool is_of_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '+' || c == '.' || c == ':';
}

bool is_of_name(char c) {
  return is_of_word(c) && c != '+' && c != '.' && c != ':';
}

/// Reads from the front to the first thing that is out of form.
class FormReader {
 public:
  explicit FormReader(std::string_view text) : text_(text) {}

  std::optional<FormProblem> read() {
    while (at_ < text_.size() && problem_.text.empty()) read_line();
    if (problem_.text.empty()) return std::nullopt;
    return std::move(problem_);
  }

 private:
  [[nodiscard]] char next() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  [[nodiscard]] bool at_line_end() const { return next() == '\n' || text_.substr(at_, 2) == "\r\n"; }

  bool refuse(std::string_view why) {
    if (at_ < text_.size() && static_cast<unsigned char>(next()) >= 0x80)
      why = "a letter that is not ASCII stands outside of quotes";
    problem_ = {line_, std::string(why)};
    return false;
  }
  void skip_blanks() {
    while (is_blank(next())) ++at_;
  }
  void skip_comment() {
    if (next() != '#') return;
    while (!at_line_end()) ++at_;
  }
  void skip_line_end() {
    at_ += next() == '\r' ? 2U : 1U;
    ++line_;
  }

  void read_line() {
    skip_blanks();
    if (next() == '[') {
      refuse(
          "a line begins with \"[\", but the settings have no tables: write each as name = value, and a list "
          "with "
          "its \"[\" behind the \"=\"");
      return;
    }
    if (next() != '#' && !at_line_end() && !read_setting()) return;
    skip_blanks();
    skip_comment();
    if (!at_line_end()) {
      refuse("the line goes on behind its value: write one setting on a line, and a comment behind a #");
      return;
    }
    skip_line_end();
  }

  bool read_setting() {
    const std::size_t name = at_;
    while (is_of_name(next())) ++at_;
    if (at_ == name) return refuse("expected the name of a setting: letters, digits and _ only");
    skip_blanks();
    if (next() != '=') return refuse("expected a \"=\" behind the setting's name: write name = value");
    ++at_;
    skip_blanks();
    return next() == '[' ? read_list() : read_value();
  }

  bool read_value() {
    const char first = next();
    if (first == '"' || first == '\'') return read_text(first);
    const std::size_t word = at_;
    while (is_of_word(next())) ++at_;
    if (at_ > word) return true;
    return refuse(
        "expected a value: a text in quotes, a whole number, true, false, or a list of them in [ ]");
  }

  bool read_text(char quote) {
    if (text_.substr(at_ + 1, 2) == std::string(2, quote))
      return refuse("a text over several lines begins, but no setting takes one");
    for (++at_; !at_line_end(); ++at_) {
      if (next() == quote) {
        ++at_;
        return true;
      }
      if (quote == '"' && next() == '\\') {
        ++at_;
        if (at_line_end()) break;
      }
    }
    return refuse(quote == '"' ? "a text is not closed: its second \" is missing"
                               : "a text is not closed: its second ' is missing");
  }

  void skip_between() {
    while (at_ < text_.size()) {
      skip_blanks();
      skip_comment();
      if (!at_line_end() || at_ >= text_.size()) return;
      skip_line_end();
    }
  }

  bool read_list() {
    ++at_;
    for (skip_between(); next() != ']'; skip_between()) {
      if (at_ >= text_.size()) return refuse("a list is not closed: its ] is missing");
      if (next() == '[') return refuse("a list stands in a list, but no setting takes one");
      if (!read_value()) return false;
      skip_between();
      if (next() == ',') {
        ++at_;
      } else if (next() != ']') {
        return refuse("expected a comma or the list's ] behind a value");
      }
    }
    ++at_;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  FormProblem problem_;
};

}  // namespace

std::optional<FormProblem> find_form_problem(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return FormReader(text).read();
}

}  // namespace pulter::config
