#include "tools/pulter/bench/one_webhook.h"

#include <fmt/format.h>

#include "codec/json/batch_writer.h"
#include "codec/sign/signature.h"
#include "io/child_process.h"
#include "io/file/mapped_file.h"
#include "io/terminal.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::size_t piece_bytes = 32u << 10;  // rendered and hashed while it is in the first cache
constexpr std::size_t head_bytes = 1024;        // before the body, so that both leave in one call

}  // namespace

Cost send_by_one_thread(const Job& job, const Receiver& receiver) {
  const std::uint64_t cpu_before = io::thread_cpu_ns();
  const std::int64_t start = now_ns();
  const io::blocking::Descriptor file = value_or_throw(io::blocking::open_for_reading(job.path));
  const io::MappedFile mapping = value_or_throw(io::MappedFile::open(file.number()));
  csv::PlanSettings settings;
  settings.batch_size = static_cast<std::uint32_t>(job.batch_size);
  const csv::Plan plan = value_or_throw(csv::make_plan(mapping.bytes(), settings));
  json::Envelope envelope{.import_id = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV", .template_id = "default"};
  envelope.count = plan.batch_count;
  envelope.total_rows = plan.total_rows;
  envelope.user_json = R"({"id":"u1"})";
  const json::BatchWriter writer(plan, envelope);
  const sign::Secret secret = value_or_throw(sign::Secret::parse(Receiver::secret_text));
  const io::blocking::Descriptor socket = value_or_throw(io::blocking::connect_loopback(receiver.port()));
  std::vector<char> body(4u << 20);  // the head's place, then the body
  std::vector<char> answer(4096);
  for (std::uint64_t index = 1; index <= plan.batch_count; ++index) {
    json::Position position = writer.begin(value_or_throw(csv::locate(plan, mapping.bytes(), index)));
    const std::int64_t timestamp = io::wall_ns() / 1'000'000'000;
    const std::string id = fmt::format("evt_{:026}", index);
    sign::Signer signer(secret, id, timestamp);
    std::size_t size = head_bytes;
    while (!json::BatchWriter::finished(position)) {
      if (body.size() < size + piece_bytes) body.resize(2 * body.size());
      const std::size_t count =
          writer.fill(mapping.bytes(), position, std::span(body).subspan(size, piece_bytes));
      signer.update({body.data() + size, count});
      size += count;
    }
    const std::string head = fmt::format(
        "POST /h/0 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nwebhook-id: {}\r\n"
        "webhook-timestamp: {}\r\nwebhook-signature: {}\r\nContent-Length: {}\r\n\r\n",
        receiver.port(), id, timestamp, signer.finish(), size - head_bytes);
    const std::size_t begin = head_bytes - head.size();
    head.copy(body.data() + begin, head.size());
    check(io::blocking::send_all(socket, {body.data() + begin, size - begin}));
    if (value_or_throw(io::blocking::receive(socket, answer)).value_or(0) == 0) {
      throw Failure(ExitCode::failed, "The bench's receiver hung up on the yardstick.");
    }
  }
  return {static_cast<double>(io::thread_cpu_ns() - cpu_before) / 1e9,
          static_cast<double>(now_ns() - start) / 1e9};
}

void send_prepared(const Receiver& receiver, std::uint64_t body_bytes, std::uint64_t count) {
  const io::blocking::Descriptor socket = value_or_throw(io::blocking::connect_loopback(receiver.port()));
  io::blocking::Poller poller = value_or_throw(io::blocking::Poller::create());
  poller.add(socket, 0);
  const std::string request =
      fmt::format("POST /h/0 HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\n\r\n", receiver.port(),
                  body_bytes) +
      std::string(body_bytes, 'x');
  std::vector<char> answer(4096);
  for (std::uint64_t sent = 0; sent < count; ++sent) {
    check(io::blocking::send_all(socket, request));
    while (poller.wait(0).empty()) {
    }
    if (value_or_throw(io::blocking::receive(socket, answer)).value_or(0) == 0) {
      throw Failure(ExitCode::failed, "The bench's receiver hung up on the yardstick.");
    }
  }
}

Figures import_once(Daemon& daemon, Receiver& receiver, const Job& job) {
  receiver.reset();
  const MemoryWatch memory(daemon.process());
  const std::uint64_t cpu_before = daemon.process().cpu_ns();
  const std::int64_t start = now_ns();
  const std::string id = daemon.import_file(job.path, receiver.url(), job.batch_size);
  const std::uint64_t batches = (job.rows + job.batch_size - 1) / job.batch_size;
  await([&] { return receiver.requests() >= batches || receiver.failed(); }, "The delivery of " + id);
  if (receiver.failed()) throw Failure(ExitCode::failed, "The bench's receiver: " + receiver.seen().problem);
  daemon.await_completed(id);
  const double wall = static_cast<double>(now_ns() - start) / 1e9;
  const double cpu = static_cast<double>(daemon.process().cpu_ns() - cpu_before) / 1e9;
  return {cpu, wall, static_cast<double>(memory.peak_bytes()) / 1e6,
          static_cast<double>(job.rows) / cpu / 1e6};
}

}  // namespace pulter::tool::bench
