#include "tools/pulter/command_listen.h"

#include <fmt/format.h>

#include <filesystem>

#include "codec/base/digest.h"
#include "codec/base/time_text.h"
#include "codec/json/writer.h"
#include "codec/sign/signature.h"
#include "io/terminal.h"
#include "tools/pulter/receiver/behaviour.h"
#include "tools/pulter/receiver/history.h"
#include "tools/pulter/receiver/server.h"
#include "tools/pulter/text.h"

namespace pulter::tool {
namespace {

constexpr std::uint64_t tick_ms = 100;

/// The receiver's judgement: checks each request, writes it down, decides the answer.
class Receiver {
 public:
  Receiver(Context& context, const ListenOptions& options)
      : context_(context), options_(options), terminal_(io::is_terminal(io::blocking::standard_error)) {
    for (const std::string& secret : options.secrets) {
      secrets_.push_back(value_or_throw(sign::Secret::parse(secret)));
    }
    behaviour_.delay_ms = options.delay_ms;
    for (const std::string& failure : options.failures) usage(behaviour_.add_failure(failure));
    if (!options.chaos.empty()) usage(behaviour_.set_chaos(options.chaos));
    if (!options.journal.empty()) {
      journal_ = value_or_throw(io::blocking::open_for_appending(options.journal));
    }
    if (!options.save.empty()) std::filesystem::create_directories(options.save);
  }

  Response handle(Request&& request) {
    if (started_ms_ == 0) started_ms_ = io::steady_ms();
    ended_ms_ = io::steady_ms();
    if (options_.no_verify) return discard(request);
    if (request.method != "POST") return plain(405, "send a POST\n");
    Receipt receipt;
    if (const std::string problem = read(request, receipt); !problem.empty()) {
      problem_seen(problem);
      return plain(400, problem + "\n");
    }
    const std::string problem = history_.take(receipt, request.body);
    if (!problem.empty()) problem_seen(problem);
    Reply reply = receipt.verified == Verified::no
                      ? Reply{.status = 401, .body = "the signature does not match\n"}
                      : behaviour_.reply_to(receipt, history_.receipts_of(receipt.webhook_id), request.body);
    write_down(receipt, request.body, reply.status);
    history_.answered(receipt, reply.status);
    if (!options_.quiet) print_receipt(receipt, reply.status);
    const bool is_silent = reply.status == 0 && reply.verbatim.empty();
    return {.bytes = is_silent ? "" : reply_text(reply),
            .delay_ms = reply.delay_ms,
            .dribble_ms = reply.dribble_ms,
            .again = reply.again,
            .close = reply.close,
            .reset = reply.reset};
  }

  std::optional<Response> early(const Request& request) {
    const std::optional<Reply> reply = behaviour_.early_reply(request.header("webhook-id"));
    if (!reply) return std::nullopt;
    return Response{.bytes = reply_text(*reply)};
  }

  void overlap(const std::string& path) {
    problem_seen("a second request on " + path + " came while the first was unanswered");
  }

  void tick() {
    if (!terminal_ || options_.quiet || context_.json) return;
    const History::Totals totals = history_.totals();
    const std::uint64_t batches = options_.no_verify ? discarded_ : totals.batches;
    if (batches == 0) return;
    print_error(fmt::format("\r\x1b[K{}  {}  {}", batches_text(batches), counted(totals.rows, "row"),
                            bytes_text(options_.no_verify ? discarded_bytes_ : totals.bytes)));
  }

  [[nodiscard]] ExitCode sum_up(std::uint64_t connections) {
    const History::Totals totals = history_.totals();
    if (terminal_ && !options_.quiet && !context_.json) print_error("\r\x1b[K");
    print(context_.json ? summary_json(totals) : summary_text(totals, connections));
    return problems_ > 0 ? ExitCode::failed : ExitCode::delivered;
  }

 private:
  static void usage(const Result<>& result) {
    if (!result) throw Failure(ExitCode::usage, result.error().detail);
  }

  Response plain(int status, const std::string& body) {
    return {.bytes =
                reply_text(Reply{.status = status, .headers = {"Content-Type: text/plain"}, .body = body})};
  }

  Response discard(const Request& request) {
    ++discarded_;
    discarded_bytes_ += request.body_bytes;
    return {.bytes = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .delay_ms = options_.delay_ms};
  }

  /// Fills the receipt; the sentence that comes back says why the request is none of Pulter's.
  std::string read(const Request& request, Receipt& receipt) {
    receipt.path = request.path;
    receipt.webhook_id = request.header("webhook-id");
    receipt.timestamp = request.header("webhook-timestamp");
    const std::string signature = request.header("webhook-signature");
    if (receipt.webhook_id.empty() || receipt.timestamp.empty() || signature.empty()) {
      return "a request without webhook-id, webhook-timestamp or webhook-signature came to " + request.path;
    }
    const std::optional<BodyHead> head = read_body_head(request.body);
    if (!head || !request.body.ends_with('}')) {
      return "the body of " + receipt.webhook_id + " has not the nine keys in their order";
    }
    receipt.attempt =
        static_cast<std::uint32_t>(std::strtoul(request.header("Pulter-Attempt").c_str(), nullptr, 10));
    receipt.head = *head;
    receipt.rows = each_row_id(request.body, *head, [](std::string_view) {});
    receipt.bytes = request.body.size();
    receipt.digest = digest_text(request.body);
    receipt.received_ns = io::wall_ns();
    if (!secrets_.empty()) {
      const Result<> verdict = sign::verify(secrets_, receipt.webhook_id, receipt.timestamp, request.body,
                                            signature, receipt.received_ns / 1'000'000'000);
      receipt.verified = verdict ? Verified::yes : Verified::no;
      if (!verdict) problem_seen(receipt.webhook_id + ": " + verdict.error().detail);
    }
    return "";
  }

  void write_down(const Receipt& receipt, const std::string& body, int status) {
    ++written_;
    if (!options_.save.empty()) {
      check(io::blocking::write_file(fmt::format("{}/{:06}.json", options_.save, written_), body));
    }
    if (!journal_) return;
    std::string line;
    json::Writer writer(line);
    writer.begin_object().field("receipt", written_).field("webhookId", receipt.webhook_id);
    writer.field("path", receipt.path).field("import", receipt.head.import_id);
    writer.field("event", receipt.head.event_name).field("index", receipt.head.index);
    writer.field("count", receipt.head.count).field("totalRows", receipt.head.total_rows);
    writer.field("rows", receipt.rows).field("bytes", receipt.bytes).field("digest", receipt.digest);
    writer.field("attempt", std::uint64_t{receipt.attempt}).key("verified");
    if (receipt.verified == Verified::not_checked) {
      writer.null();
    } else {
      writer.boolean(receipt.verified == Verified::yes);
    }
    writer.field("status", std::int64_t{status})
        .field("time", rfc3339_text(receipt.received_ns))
        .end_object();
    check(io::blocking::write_all(journal_.number(), line + "\n"));
  }

  void print_receipt(const Receipt& receipt, int status) {
    if (terminal_ || context_.json) return;  // the status line tells it
    std::string what = receipt.head.event_name;
    if (what == "all") what = fmt::format("batch {} of {}", receipt.head.index, receipt.head.count);
    const char* signature = receipt.verified == Verified::yes ? "  signature ok" : "";
    print(fmt::format("{}  {}  {}  {}  {}  {}{}  answered {}\n", rfc3339_text(receipt.received_ns),
                      receipt.path, receipt.head.import_id, what, counted(receipt.rows, "row"),
                      bytes_text(receipt.bytes), signature, status));
    std::fflush(stdout);
  }

  void problem_seen(const std::string& text) {
    ++problems_;
    if (problems_ <= 100) print_error((terminal_ ? "\r\x1b[K" : "") + std::string("problem: ") + text + "\n");
  }

  [[nodiscard]] std::string summary_text(const History::Totals& totals, std::uint64_t connections) const {
    const std::string took = duration_text(ended_ms_ - started_ms_);
    if (options_.no_verify) {
      return fmt::format("Received {}, {} in {} over {}. Nothing was checked (--no-verify).\n",
                         counted(discarded_, "request"), bytes_text(discarded_bytes_), took,
                         counted(connections, "connection"));
    }
    // With nothing received nothing was found to be right either.
    if (totals.requests == 0 && problems_ == 0) return "Received nothing in " + took + ".\n";
    std::string out = fmt::format(
        "Received {} with {}, {} in {} over {}: {} complete, {} incomplete.\n", batches_text(totals.batches),
        counted(totals.rows, "row"), bytes_text(totals.bytes), took, counted(connections, "connection"),
        counted(totals.imports_complete, "import"), count_text(totals.imports_incomplete));
    if (totals.lifecycle + totals.tests > 0) {
      out += fmt::format("Besides: {}, {}.\n", counted(totals.lifecycle, "lifecycle event"),
                         counted(totals.tests, "test event"));
    }
    out += secrets_.empty() ? std::string("Signatures: not checked, for no --secret was given.\n")
                            : fmt::format("Signatures: {} of {} verified.\n", totals.verified,
                                          counted(totals.requests, "request"));
    out += totals.repeats > 0
               ? fmt::format("Repeats: {}, each with the id and bytes of before.\n", totals.repeats)
               : std::string("Repeats: none.\n");
    out +=
        problems_ > 0
            ? fmt::format("{}: see the lines that begin with \"problem:\".\n", counted(problems_, "PROBLEM"))
            : std::string(
                  "Order: verified. Every batch came after its predecessor was answered, every row once.\n");
    return out;
  }

  [[nodiscard]] std::string summary_json(const History::Totals& totals) const {
    std::string out;
    json::Writer writer(out);
    writer.begin_object().field("requests", options_.no_verify ? discarded_ : totals.requests);
    writer.field("batches", totals.batches).field("rows", totals.rows);
    writer.field("bytes", options_.no_verify ? discarded_bytes_ : totals.bytes)
        .field("repeats", totals.repeats);
    writer.field("verified", totals.verified).field("notVerified", totals.not_verified);
    writer.field("importsComplete", totals.imports_complete)
        .field("importsIncomplete", totals.imports_incomplete);
    writer.field("problems", problems_).field("durationMs", ended_ms_ - started_ms_).end_object();
    return out + "\n";
  }

  Context& context_;
  const ListenOptions& options_;
  bool terminal_;
  std::vector<sign::Secret> secrets_;
  Behaviour behaviour_;
  History history_;
  io::blocking::Descriptor journal_;
  std::uint64_t written_ = 0;
  std::uint64_t problems_ = 0;
  std::uint64_t discarded_ = 0;
  std::uint64_t discarded_bytes_ = 0;
  std::uint64_t started_ms_ = 0;
  std::uint64_t ended_ms_ = 0;
};

}  // namespace

ExitCode run_listen(Context& context, const ListenOptions& options) {
  const io::blocking::Descriptor stop = value_or_throw(io::blocking::stop_signals());
  io::blocking::Descriptor listener = value_or_throw(io::blocking::listen_loopback(options.port));
  const std::uint16_t port = io::blocking::local_port(listener);
  Receiver receiver(context, options);
  Server server(
      std::move(listener), options.no_verify,
      [&receiver](Request&& request) { return receiver.handle(std::move(request)); },
      [&receiver](const std::string& path) { receiver.overlap(path); });
  server.set_early([&receiver](const Request& request) { return receiver.early(request); });
  if (!options.ready_file.empty()) {
    check(io::blocking::write_file(options.ready_file, fmt::format("127.0.0.1:{}\n", port)));
  }
  if (!options.quiet && !context.json) {
    const char* mode = options.no_verify         ? "nothing is checked"
                       : options.secrets.empty() ? "signatures are not checked: give --secret to check them"
                                                 : "signatures and order are checked";
    print(fmt::format("Listening on http://127.0.0.1:{}/ (any path); {}. Ctrl-C ends it with a summary.\n",
                      port, mode));
    std::fflush(stdout);
  }
  check(server.run(stop, tick_ms, [&receiver] { receiver.tick(); }));
  return receiver.sum_up(server.connections());
}

}  // namespace pulter::tool
