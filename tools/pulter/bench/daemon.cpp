#include "tools/pulter/bench/daemon.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "codec/json/writer.h"
#include "io/terminal.h"
#include "tools/pulter/bench/receiver.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::uint64_t memory_poll_ms = 10;
constexpr std::size_t log_end_bytes = 2000;

std::string text_field(const json::Value& value, std::string_view name) {
  const json::Value* field = value.find(name);
  return field == nullptr ? "" : field->text;
}

}  // namespace

MemoryWatch::MemoryWatch(const io::ChildProcess& child)
    : thread_([this, &child] {
        while (!stop_.load(std::memory_order_relaxed)) {
          peak_bytes_ = std::max(peak_bytes_.load(), child.anonymous_bytes());
          io::sleep_ms(memory_poll_ms);
        }
      }) {}

MemoryWatch::~MemoryWatch() {
  stop_ = true;
  thread_.join();
}

Daemon::Daemon(const Bench& bench, DaemonOptions options)
    : bench_(bench),
      options_(std::move(options)),
      socket_(bench.folder().path(options_.name + ".sock")),
      log_(bench.folder().path(options_.name + ".log")),
      client_(socket_) {}

Daemon::~Daemon() {
  kill();
  std::error_code ignored;
  std::filesystem::remove_all(data_folder(), ignored);  // a gigabyte each, where files are large
}

void Daemon::launch() {
  std::vector<std::string> command{
      bench_.daemon_path(), "--data-dir",  data_folder(),  "--socket",     socket_,
      "--allow-network",    "127.0.0.0/8", "--allow-http", "--durability", options_.durability};
  command.insert(command.end(), options_.flags.begin(), options_.flags.end());
  io::ChildOptions child;
  child.command = std::move(command);
  child.output_file = log_;
  process_ = value_or_throw(io::ChildProcess::start(child));
}

void Daemon::start() {
  launch();
  await(
      [this] {
        if (!process_.running()) {
          throw Failure(ExitCode::failed, "The daemon " + bench_.daemon_path() +
                                              " did not start. Its log ends:\n" + log_end() +
                                              "Name the right program with --daemon.");
        }
        try {
          return HttpClient(socket_).send({.target = "/readyz"}).ok();
        } catch (const Failure&) {
          return false;
        }
      },
      "The daemon's start", 30);
  client_ = HttpClient(socket_);
}

void Daemon::stop() {
  process_.terminate();
  process_.wait();
}

void Daemon::kill() {
  if (process_.pid() < 0) return;
  process_.kill();
  process_.wait();
}

json::Value Daemon::call(const std::string& method, const std::string& target, const std::string& body) {
  return client_.send_json({.method = method, .target = target, .body = body});
}

std::string Daemon::make_webhook(const std::string& url) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().field("url", url).field("secret", Receiver::secret_text);
  writer.field("templateId", "default").end_object();
  return text_field(call("POST", "/v1/webhooks", body), "id");
}

std::string Daemon::import_file(const std::string& path, const std::string& url, std::uint64_t batch_size) {
  std::string body;
  json::Writer writer(body);
  writer.begin_object().field("batchSize", batch_size).field("webhookUrl", url);
  writer.key("user").begin_object().field("id", "u1").end_object();
  writer.key("source").begin_object().field("path", path).end_object().end_object();
  return text_field(call("POST", "/v1/imports", body), "id");
}

void Daemon::await_completed(const std::string& import_id, std::uint64_t seconds) {
  await(
      [this, &import_id] {
        const std::string state = text_field(call("GET", "/v1/imports/" + import_id), "state");
        if (state != "completed" && state != "queued" && state != "delivering" && state != "receiving") {
          throw Failure(ExitCode::failed, fmt::format("The import {} ended {}. The daemon's log ends:\n{}",
                                                      import_id, state, log_end()));
        }
        return state == "completed";
      },
      "The end of import " + import_id, seconds);
}

void Daemon::await_idle(std::uint64_t seconds) {
  await(
      [this] {
        for (const char* state : {"queued", "delivering"}) {
          const json::Value list = call("GET", std::string("/v1/imports?limit=1&state=") + state);
          const json::Value* data = list.find("data");
          if (data == nullptr || !data->items.empty()) return false;
        }
        return true;
      },
      "The end of all imports", seconds);
}

std::string Daemon::log_end() const {
  std::ifstream file(log_, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return text.size() > log_end_bytes ? text.substr(text.size() - log_end_bytes) : text;
}

}  // namespace pulter::tool::bench
