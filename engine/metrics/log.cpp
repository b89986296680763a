#include "engine/metrics/log.h"

#include <array>

#include "codec/base/time_text.h"
#include "codec/json/writer.h"

namespace pulter::metrics {
namespace {

struct Settings {
  LogSink sink = nullptr;
  LogFormat format = LogFormat::text;
  Level least = Level::info;
};
Settings settings;

constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};

/// As JSON strings are, so that a control character in a path cannot steer a terminal or forge a line.
void append_quoted(std::string& out, std::string_view text) {
  bool plain = !text.empty();
  for (const char c : text) plain = plain && c > 0x20 && c != '"' && c != '\\' && c != 0x7f;
  if (plain) {
    out.append(text);
  } else {
    json::append_string(out, text);
  }
}

}  // namespace

std::string log_line(LogFormat format, std::int64_t unix_ns, Level level, std::string_view message,
                     std::initializer_list<LogField> fields) {
  const std::string time = rfc3339_text(unix_ns);
  const std::string_view level_name = names.at(static_cast<std::size_t>(level));
  std::string line;
  if (format == LogFormat::json) {
    json::Writer w(line);
    w.begin_object().field("time", time).field("level", level_name).field("message", message);
    for (const LogField& each : fields) w.field(each.name, each.text);
    w.end_object();
  } else {
    line.append(time).append(" ").append(level_name).append(" ").append(message);
    for (const LogField& each : fields) {
      line.append(" ").append(each.name).append("=");
      append_quoted(line, each.text);
    }
  }
  line += '\n';
  return line;
}

void set_log(LogSink sink, LogFormat format, Level least) noexcept {
  settings = Settings{sink, format, least};
}

void log(io::Io& io, Level level, std::string_view message, std::initializer_list<LogField> fields) {
  if (settings.sink == nullptr || level < settings.least) return;
  settings.sink(log_line(settings.format, io.wall_now().time_since_epoch().count(), level, message, fields));
}

}  // namespace pulter::metrics
