#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "io/io.h"

namespace pulter::metrics {

enum class Level : std::uint8_t { debug, info, warning, error };

/// One named detail of a line; the text is a view for the time of the call.
struct LogField {
  std::string_view name;
  std::string_view text;
};

/// How lines look: for people at a terminal, or one JSON object each for programs (contract, section 9).
enum class LogFormat : std::uint8_t { text, json };

/// Where whole lines go. Must be callable from any thread.
using LogSink = void (*)(std::string_view line) noexcept;

/// Says where lines go, how they look, and from which level on. Before the threads start; until then nothing
/// is written anywhere, which is how tests run.
void set_log(LogSink sink, LogFormat format, Level least) noexcept;

/// Writes one line. The time is that of `io`, so that a simulation's log has its virtual time. No secret, no
/// body and no cell of a file may go into a line. Any thread; allocates.
void log(io::Io& io, Level level, std::string_view message, std::initializer_list<LogField> fields = {});

/// The line that `log` would write, without its sink: what the tests look at.
[[nodiscard]] std::string log_line(LogFormat format, std::int64_t unix_ns, Level level,
                                   std::string_view message, std::initializer_list<LogField> fields);

}  // namespace pulter::metrics
