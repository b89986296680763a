#include "tools/pulter/http_client.h"

#include <fmt/format.h>

#include <span>

#include "codec/http/response_reader.h"
#include "tools/pulter/failure.h"

namespace pulter::tool {
namespace {

constexpr std::size_t answer_bytes_max = 256u << 20;
constexpr std::size_t piece_bytes = 1u << 20;

std::string head_text(const Call& call, bool chunked) {
  std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: pulter\r\nUser-Agent: pulter/{}\r\nAccept: */*\r\n",
                                 call.method, call.target, PULTER_VERSION);
  if (chunked || !call.body.empty()) head += "Content-Type: " + call.content_type + "\r\n";
  if (!call.idempotency_key.empty()) head += "Idempotency-Key: " + call.idempotency_key + "\r\n";
  if (chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (!call.body.empty() || call.method != "GET") {
    head += fmt::format("Content-Length: {}\r\n", call.body.size());
  }
  return head + "\r\n";
}

Answer answer_of(const http::ResponseReader& reader) {
  Answer answer;
  answer.status = reader.status();
  for (const http::HeaderField& field : reader.headers())
    answer.headers.emplace_back(field.name, field.value);
  answer.body = reader.body();
  return answer;
}

http::ResponseLimits generous_limits() {
  http::ResponseLimits limits;
  limits.body_bytes = answer_bytes_max;
  limits.chunk_overhead_bytes = answer_bytes_max;
  return limits;
}

}  // namespace

void HttpClient::connect() {
  if (socket_) return;
  Result<io::blocking::Descriptor> socket = io::blocking::connect_unix(socket_path_);
  if (!socket && socket.error().code == ErrorCode::no_daemon) {
    throw Failure(ExitCode::no_daemon,
                  socket.error().detail + " Start the daemon with: pulterd --data-dir DIR --socket " +
                      socket_path_ + "  (or name another socket with --socket or PULTER_SOCKET).");
  }
  socket_ = value_or_throw(std::move(socket));
}

Answer HttpClient::read_answer() {
  http::ResponseReader reader(generous_limits());
  piece_.resize(piece_bytes);
  while (true) {
    const Result<std::optional<std::size_t>> got = io::blocking::receive(socket_, piece_);
    const std::size_t count = got && *got ? **got : 0;
    Result<http::ResponseProgress> progress =
        count > 0 ? reader.feed({piece_.data(), count}) : reader.end_of_stream();
    if (!progress) {
      socket_.close();
      if (count == 0) {
        throw Failure(ExitCode::failed, "The daemon at " + socket_path_ +
                                            " closed the connection before it answered. Look at its log, and "
                                            "whether it still runs.");
      }
      throw Failure(ExitCode::failed,
                    socket_path_ + " does not answer as pulterd does: " + progress.error().detail);
    }
    if (*progress == http::ResponseProgress::complete) break;
  }
  if (!reader.keep_alive()) socket_.close();
  return answer_of(reader);
}

Answer HttpClient::send(const Call& call) {
  const bool reused = static_cast<bool>(socket_);
  connect();
  const std::string request = head_text(call, false) + call.body;
  const Result<> sent = call.passed_descriptor
                            ? io::blocking::send_with_descriptor(socket_, request, *call.passed_descriptor)
                            : io::blocking::send_all(socket_, request);
  if (!sent && reused) {  // the daemon closed a connection that was idle: nothing was processed
    socket_.close();
    return send(call);
  }
  // A daemon that refuses early answers and closes while we send: its answer tells more than our error.
  return read_answer();
}

Answer HttpClient::upload(const Call& call, int source) {
  connect();
  check(io::blocking::send_all(socket_, head_text(call, true)));
  std::vector<char> piece(piece_bytes);
  const io::blocking::Descriptor input(source);
  while (true) {
    const Result<std::optional<std::size_t>> got = io::blocking::receive(input, piece);
    if (!got) throw Failure(ExitCode::failed, "Cannot read the input: " + got.error().detail);
    const std::size_t count = got->value_or(0);
    const std::string chunk_head = fmt::format("{:x}\r\n", count);
    if (!io::blocking::send_all(socket_, chunk_head)) break;
    if (count > 0 && !io::blocking::send_all(socket_, {piece.data(), count})) break;
    if (!io::blocking::send_all(socket_, "\r\n")) break;
    if (count == 0) break;
  }
  return read_answer();
}

namespace {

/// Undoes chunked framing while a long body passes through.
class Dechunker {
 public:
  /// Gives the body bytes in `bytes` to `take`; true once the last chunk was seen.
  bool feed(std::string_view bytes, const std::function<void(std::string_view)>& take) {
    while (!bytes.empty()) {
      if (left_ > 0) {
        const std::size_t count = std::min<std::size_t>(left_, bytes.size());
        take(bytes.substr(0, count));
        bytes.remove_prefix(count);
        left_ -= count;
        continue;
      }
      const char next = bytes.front();
      bytes.remove_prefix(1);
      if (next != '\n') {
        if (next != '\r') line_ += next;
        continue;
      }
      if (line_.empty()) continue;  // the line end after a chunk
      left_ = std::stoull(line_, nullptr, 16);
      line_.clear();
      if (left_ == 0) return true;
    }
    return false;
  }

 private:
  std::uint64_t left_ = 0;
  std::string line_;
};

std::string header_value(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (http::same_ignoring_case(key, name)) return value;
  }
  return {};
}

}  // namespace

Answer HttpClient::download(const Call& call, const std::function<void(std::string_view)>& take) {
  socket_.close();  // a body may end with the connection, so this one is used for nothing else
  connect();
  check(io::blocking::send_all(socket_, head_text(call, false) + call.body));
  std::string head;
  std::vector<char> piece(piece_bytes);
  std::size_t head_end = std::string::npos;
  const auto receive = [&]() -> std::string_view {
    const Result<std::optional<std::size_t>> got = io::blocking::receive(socket_, piece);
    return {piece.data(), got ? got->value_or(0) : 0};
  };
  while ((head_end = head.find("\r\n\r\n")) == std::string::npos) {
    const std::string_view bytes = receive();
    if (bytes.empty())
      throw Failure(ExitCode::failed, "The daemon closed the connection before it answered.");
    head += bytes;
  }
  http::ResponseReader reader;
  (void)value_or_throw(reader.feed(std::string_view(head).substr(0, head_end + 4)));
  Answer answer = answer_of(reader);
  const bool chunked = header_value(answer, "Transfer-Encoding") == "chunked";
  const std::string length_text = header_value(answer, "Content-Length");
  std::uint64_t left = chunked || length_text.empty() ? UINT64_MAX : std::stoull(length_text);
  const bool wanted = answer.ok();
  Dechunker dechunker;
  const auto pass_on = [&](std::string_view bytes) {
    if (wanted) return take(bytes);
    answer.body += bytes;
  };
  std::string_view bytes = std::string_view(head).substr(head_end + 4);
  while (left > 0) {
    bytes = bytes.substr(0, left);
    if (chunked ? dechunker.feed(bytes, pass_on) : (pass_on(bytes), false)) break;
    if (!chunked && left != UINT64_MAX) left -= bytes.size();
    if (left == 0) break;
    bytes = receive();
    if (bytes.empty() && (chunked || left != UINT64_MAX)) {
      throw Failure(ExitCode::failed, "The daemon closed the connection in the middle of its answer.");
    }
    if (bytes.empty()) break;
  }
  socket_.close();
  return answer;
}

json::Value HttpClient::send_json(const Call& call) {
  const Answer answer = send(call);
  if (!answer.ok()) throw Failure(ExitCode::failed, problem_text(answer));
  if (answer.body.empty()) return {};
  return value_or_throw(json::parse(answer.body, answer_bytes_max));
}

std::string problem_text(const Answer& answer) {
  const Result<json::Value> problem = json::parse(answer.body, answer_bytes_max);
  if (problem) {
    const json::Value* detail = problem->find("detail");
    const json::Value* title = problem->find("title");
    const json::Value* code = problem->find("code");
    const std::string suffix = code != nullptr ? " (" + code->text + ")" : "";
    if (detail != nullptr && !detail->text.empty()) return detail->text + suffix;
    if (title != nullptr && !title->text.empty()) return title->text + suffix;
  }
  return fmt::format("The daemon answered {} {}", answer.status,
                     answer.body.empty() ? std::string("without a reason.") : answer.body.substr(0, 500));
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string query_text(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (value.empty()) continue;
    out += (out.empty() ? "?" : "&") + name + "=" + percent_encode(value);
  }
  return out;
}

}  // namespace pulter::tool
