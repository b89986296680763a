#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pulter::io {

enum class LogLevel : std::uint8_t { debug, info, warning, error };
enum class LogForm : std::uint8_t { text, json };

/// One thing that a log line says beside its sentence. Views only; never a secret, a token or a body.
struct LogField {
  std::string_view name;
  std::string_view value;
};

/// Text on a terminal, JSON otherwise (contract, section 9), unless set. Before threads start.
void set_log_form(LogForm form) noexcept;
void set_log_level(LogLevel least) noexcept;

/// One line on standard error: time, level, sentence, fields. A line is one write, so lines of threads do not
/// mix. Control characters are escaped in both forms. Any thread.
void log(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields = {});

}  // namespace pulter::io
