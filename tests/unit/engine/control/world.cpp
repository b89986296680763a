#include "world.h"

#include <cstdlib>

#include "codec/http/headers.h"
#include "codec/net/ip_text.h"
#include "io/log.h"

namespace pulter::control::test {

using namespace std::chrono_literals;

namespace {

constexpr const char* socket_path = "/run/pulter.sock";

/// A client that writes in pieces and then reads until one whole answer is there or the server closes.
struct Client {
  io::SimIo& io;
  std::string_view bytes;
  std::size_t piece;
  std::string_view method;
  int passed_fd;
  bool tcp;
  std::string received;
  bool closed = false;
  bool done = false;
};

bool is_whole(const std::string& received, std::string_view method) {
  const std::size_t head_end = received.find("\r\n\r\n");
  if (head_end == std::string::npos) return false;
  if (received.starts_with("HTTP/1.1 100")) return is_whole(received.substr(head_end + 4), method);
  const std::string head = received.substr(0, head_end + 2);
  if (method == "HEAD" || head.find(" 204 ") != std::string::npos) return true;
  if (head.find("Transfer-Encoding: chunked\r\n") != std::string::npos)
    return received.ends_with("\r\n0\r\n\r\n");
  const std::size_t at = head.find("Content-Length: ");
  if (at == std::string::npos) return false;
  return received.size() >= head_end + 4 + std::strtoull(head.c_str() + at + 16, nullptr, 10);
}

io::Task<> write_all(io::Scope& scope, Client& client, int fd) {
  for (std::string_view rest = client.bytes; !rest.empty();) {
    const std::string_view part = rest.substr(0, client.piece == 0 ? rest.size() : client.piece);
    const std::int32_t sent = co_await io::send_all(scope, fd, part);
    if (sent < 0) break;
    rest.remove_prefix(part.size());
  }
}

io::Task<> talk(io::Scope& scope, Client& client) {
  auto fd = client.tcp ? client.io.open_tcp(net::Family::ipv4) : client.io.open_unix();
  if (client.tcp) {
    const std::int32_t connected = co_await io::connect(scope, *fd, tcp_address, client.io.now() + 5s);
    EXPECT_EQ(connected, 0);
  } else {
    const std::int32_t connected = co_await io::connect_unix(scope, *fd, socket_path, client.io.now() + 5s);
    EXPECT_EQ(connected, 0);
  }
  if (client.passed_fd >= 0) client.io.pass_descriptor(*fd, client.passed_fd);
  {
    // A server that refuses early closes while we still write: reading and writing go side by side.
    io::Scope writer(client.io, &scope);
    writer.spawn(write_all(writer, client, *fd));
    std::vector<char> buffer(16384);
    while (!is_whole(client.received, client.method)) {
      const std::int32_t got = co_await io::receive(scope, *fd, buffer, client.io.now() + 300s);
      if (got <= 0) {
        client.closed = true;
        break;
      }
      client.received.append(buffer.data(), static_cast<std::size_t>(got));
    }
    writer.cancel();
    co_await writer.join();
  }
  if (!client.closed && client.received.find("Connection: close\r\n") != std::string::npos) {
    char byte = 0;
    const std::int32_t got =
        co_await io::receive(scope, *fd, std::span<char>(&byte, 1), client.io.now() + 10s);
    client.closed = got <= 0;
  }
  client.io.shutdown(*fd);
  client.io.close(*fd);
  client.done = true;
}

std::string unchunk(std::string_view rest) {
  std::string body;
  while (!rest.empty()) {
    const std::size_t line = rest.find("\r\n");
    const std::size_t size = std::strtoull(std::string(rest.substr(0, line)).c_str(), nullptr, 16);
    rest.remove_prefix(line + 2);
    body.append(rest.substr(0, size));
    rest.remove_prefix(std::min(size + 2, rest.size()));
  }
  return body;
}

}  // namespace

std::string Got::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (http::same_ignoring_case(key, name)) return value;
  }
  return {};
}

json::Value Got::json() const {
  auto value = json::parse(body, 64u << 20);
  return value ? *value : json::Value{};
}

std::string Got::text(std::string_view member) const {
  const json::Value value = json();
  const json::Value* found = value.find(member);
  if (found == nullptr) return "(absent)";
  return found->type == json::Type::string ? found->text : json::to_text(*found);
}

Got parse_answer(std::string_view bytes, std::string_view method) {
  Got got;
  while (bytes.starts_with("HTTP/1.1 100")) bytes.remove_prefix(bytes.find("\r\n\r\n") + 4);
  const std::size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return got;
  got.status = std::atoi(std::string(bytes.substr(9, 3)).c_str());
  std::string_view lines = bytes.substr(0, head_end + 2);
  lines.remove_prefix(lines.find("\r\n") + 2);
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    got.headers.emplace_back(line.substr(0, line.find(':')), line.substr(line.find(':') + 2));
  }
  if (method == "HEAD") return got;
  const std::string_view rest = bytes.substr(head_end + 4);
  got.body = got.header("transfer-encoding") == "chunked" ? unchunk(rest) : std::string(rest);
  return got;
}

World::World(io::SimSettings settings) : io_(settings) {
  io::set_log_level(io::LogLevel::error);
  auto core = store::open_core();
  core_ = std::move(*core);
  store_ = std::make_unique<store::InlineStore>(*core_, io_);
  client_ = std::make_unique<store::StoreClient>(*store_, io_);
  config_.max_batch_bytes = 1 << 20;
  intake_ = std::make_unique<intake::Intake>(
      *client_, spool_, intake::IntakeSettings{.max_batch_bytes = config_.max_batch_bytes});
  readiness_ = {true, ""};
  services_ = std::make_unique<Services>(
      Services{io_, config_, *client_, spool_, *intake_, lanes_, hub_, readiness_});
  scope_ = std::make_unique<io::Scope>(io_);
  server_ = std::make_unique<HttpServer>(*scope_, *services_);
  listener_ = *io_.listen_unix({.path = socket_path});
  scope_->spawn(server_->serve(listener_, Door::unix_socket));
  tcp_listener_ = *io_.listen_tcp(tcp_address);
  scope_->spawn(server_->serve(tcp_listener_, Door::tcp));
}

World::~World() {
  scope_->cancel();
  for (int turn = 0; turn < 100'000 && scope_->running() > 0; ++turn) {
    client_->drain();
    io_.run_once(io_.now() + 1s);
  }
  EXPECT_EQ(scope_->running(), 0u) << "a flow does not end";
  EXPECT_EQ(server_->counters().connections, 0u);
  io_.close(listener_);
  io_.close(tcp_listener_);
  server_.reset();
  scope_.reset();
  client_->drain();
  io_.run_once(io_.now() + 1s);
}

void World::run(io::Task<> task) {
  io::Scope scope(io_);
  scope.spawn(std::move(task));
  const io::Instant limit = io_.now() + 600s;
  while (scope.running() > 0 && io_.now() < limit) {
    client_->drain();
    io_.run_once(limit);
  }
  EXPECT_EQ(scope.running(), 0u) << "a flow hangs";
}

void World::pass(io::Duration time) {
  const io::Instant limit = io_.now() + time;
  while (io_.now() < limit) {
    client_->drain();
    io_.run_once(limit);
  }
}

Got World::exchange(std::string_view bytes, std::size_t piece, std::string_view method, int passed_fd) {
  Client client{io_, bytes, piece, method, passed_fd, through_tcp_, {}, false, false};
  io::Scope scope(io_);
  scope.spawn(talk(scope, client));
  const io::Instant limit = io_.now() + 600s;
  while (!client.done && io_.now() < limit) {
    client_->drain();
    io_.run_once(limit);
  }
  EXPECT_TRUE(client.done) << "no answer to " << bytes.substr(0, 200);
  if (!client.done) {
    scope.cancel();
    while (scope.running() > 0) io_.run_once(io_.now() + 1s);
  }
  Got got = parse_answer(client.received, method);
  got.closed = client.closed;
  return got;
}

Got World::request(std::string_view method, std::string_view target, std::string_view body, Headers headers) {
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: pulter\r\n");
  for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (method != "GET" && method != "HEAD") {
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  bytes.append("\r\n").append(body);
  return exchange(bytes, 0, method);
}

Got World::over_tcp(std::string_view method, std::string_view target, std::string_view body,
                    Headers headers) {
  bool has_host = false;
  for (const auto& [name, value] : headers) has_host = has_host || name == "Host";
  if (!has_host) headers.emplace_back("Host", "127.0.0.1:8080");
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\n");
  for (const auto& [name, value] : headers) bytes.append(name).append(": ").append(value).append("\r\n");
  if (method != "GET" && method != "HEAD")
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  bytes.append("\r\n").append(body);
  through_tcp_ = true;
  Got got = exchange(bytes, 0, method);
  through_tcp_ = false;
  return got;
}

std::string World::make_webhook(std::string_view url) {
  const Got got = post("/v1/webhooks", R"({"url":")" + std::string(url) + "\"}");
  EXPECT_EQ(got.status, 201) << got.body;
  return got.text("id");
}

}  // namespace pulter::control::test
