#include "io/log.h"

#include <time.h>
#include <unistd.h>

#include <array>
#include <atomic>

#include "codec/base/time_text.h"
#include "codec/json/writer.h"

namespace pulter::io {
namespace {

std::atomic<LogForm> log_form{isatty(STDERR_FILENO) != 0 ? LogForm::text : LogForm::json};
std::atomic<LogLevel> log_level{LogLevel::info};

std::string_view name(LogLevel level) {
  constexpr std::array<std::string_view, 4> names{"debug", "info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

void set_log_form(LogForm form) noexcept {
  log_form.store(form, std::memory_order_relaxed);
}

void set_log_level(LogLevel least) noexcept {
  log_level.store(least, std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view sentence, std::initializer_list<LogField> fields) {
  if (level < log_level.load(std::memory_order_relaxed)) return;
  std::string line;
  const std::string time = rfc3339_text(now_ns());
  if (log_form.load(std::memory_order_relaxed) == LogForm::json) {
    json::Writer writer(line);
    writer.begin_object().field("time", time).field("level", name(level)).field("message", sentence);
    for (const LogField& field : fields) writer.field(field.name, field.value);
    writer.end_object();
  } else {
    line.append(time).append(" ").append(name(level)).append(": ").append(sentence);
    for (const LogField& field : fields) {
      line.append(" ").append(field.name).append("=");
      json::append_string(line, field.value);
    }
  }
  line.push_back('\n');
  // A log that cannot be written must not stop the work it tells of.
  const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  static_cast<void>(written);
}

}  // namespace pulter::io
