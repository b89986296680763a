// The firehose's job taken apart: what each part costs one core at least, alone.

#include <fmt/format.h>

#include <cstring>

#include "codec/csv/plan.h"
#include "codec/json/batch_writer.h"
#include "codec/sign/signature.h"
#include "io/child_process.h"
#include "io/file/mapped_file.h"
#include "tools/pulter/bench/one_webhook.h"
#include "tools/pulter/bench/scenarios.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

constexpr std::uint64_t batch_size = 5000;

/// The file as every part finds it.
struct Prepared {
  std::string path;
  io::MappedFile mapping;
  csv::Plan plan;
  std::vector<char> body;        ///< a batch
  std::uint64_t body_bytes = 0;  ///< of all batches
};

csv::Plan make_plan_of(std::string_view text) {
  csv::PlanSettings settings;
  settings.batch_size = batch_size;
  return value_or_throw(csv::make_plan(text, settings));
}

/// Renders each batch into the same buffer; the bytes of all.
std::uint64_t render(Prepared& file) {
  json::Envelope envelope{.import_id = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV", .template_id = "default"};
  envelope.count = file.plan.batch_count;
  envelope.total_rows = file.plan.total_rows;
  const json::BatchWriter writer(file.plan, envelope);
  std::uint64_t bytes = 0;
  for (std::uint64_t index = 1; index <= file.plan.batch_count; ++index) {
    json::Position position =
        writer.begin(value_or_throw(csv::locate(file.plan, file.mapping.bytes(), index)));
    while (!json::BatchWriter::finished(position))
      bytes += writer.fill(file.mapping.bytes(), position, file.body);
  }
  return bytes;
}

/// Seconds of this thread that `work` takes.
double cpu_of(const std::function<void()>& work) {
  const std::uint64_t before = io::thread_cpu_ns();
  work();
  return static_cast<double>(io::thread_cpu_ns() - before) / 1e9;
}

/// Sends bodies of the batches' size to the receiver and awaits each answer.
void send_bodies(const Prepared& file, const Receiver& receiver) {
  const io::blocking::Descriptor socket = value_or_throw(io::blocking::connect_loopback(receiver.port()));
  const std::uint64_t size = file.body_bytes / file.plan.batch_count;
  const std::string head = fmt::format("POST /h/0 HTTP/1.1\r\nContent-Length: {}\r\n\r\n", size);
  const std::string request = head + std::string(file.body.data(), size);
  std::vector<char> answer(4096);
  for (std::uint64_t index = 0; index < file.plan.batch_count; ++index) {
    check(io::blocking::send_all(socket, request));
    (void)value_or_throw(io::blocking::receive(socket, answer));
  }
}

/// Signs bodies of the batches' size, as many side by side as there are lanes.
void sign_together(const Prepared& file, const sign::Secret& secret) {
  const std::string_view body(file.body.data(), file.body_bytes / file.plan.batch_count);
  for (std::uint64_t done = 0; done < file.plan.batch_count;) {
    const auto together = std::min<std::uint64_t>(sign::bodies_together_max, file.plan.batch_count - done);
    std::vector<sign::Signer> signers;
    for (std::uint64_t i = 0; i < together; ++i) signers.emplace_back(secret, "evt_1", 1);
    std::vector<sign::Signer::Part> parts;
    for (sign::Signer& signer : signers) parts.push_back({&signer, body});
    sign::Signer::update_together(parts);
    for (sign::Signer& signer : signers) (void)signer.finish();
    done += together;
  }
}

Entrant part(const std::string& name, const Prepared& file, const std::uint64_t& bytes,
             std::function<void()> work) {
  return {name, Kind::yardstick, [&file, &bytes, work = std::move(work)]() -> Figures {
            const double seconds = cpu_of(work);
            const auto rows = static_cast<double>(file.plan.total_rows);
            return {seconds * 1e9 / rows, static_cast<double>(bytes) / seconds / 1e9};
          }};
}

}  // namespace

ScenarioReport run_roofline_scenario(Bench& bench) {
  const std::uint64_t rows = bench.scaled(200'000, 20'000);
  Prepared file;
  file.path = bench.data_file("contacts", rows);
  const io::blocking::Descriptor opened = value_or_throw(io::blocking::open_for_reading(file.path));
  file.mapping = value_or_throw(io::MappedFile::open(opened.number()));
  file.plan = make_plan_of(file.mapping.bytes());
  file.body.resize(4u << 20);
  file.body_bytes = render(file);
  const std::uint64_t file_bytes = file.mapping.bytes().size();
  const std::uint64_t copied = 256u << 20;
  std::vector<char> from(64u << 20, 'x');
  std::vector<char> to(from.size());
  Receiver receiver({});
  const sign::Secret secret = value_or_throw(sign::Secret::parse(Receiver::secret_text));
  const std::uint64_t body_size = file.body_bytes / file.plan.batch_count;
  ScenarioReport scenario;
  scenario.name = "roofline";
  scenario.question = "what does each part of the firehose's job cost one core, alone?";
  scenario.metrics = {{"CPU per row", "ns", 1}, {"speed", "GB/s", 2}};
  scenario.setup =
      fmt::format("{} rows of contacts: {:.1f} MB of CSV, {:.1f} MB of bodies; one thread's CPU time.", rows,
                  static_cast<double>(file_bytes) / 1e6, static_cast<double>(file.body_bytes) / 1e6);
  std::vector<Entrant> entrants{
      part("plan: check, count, cut (mapped, warm)", file, file_bytes,
           [&] { (void)make_plan_of(file.mapping.bytes()); }),
      part("render the bodies", file, file.body_bytes, [&] { (void)render(file); }),
      part("sign the bodies, one after the other", file, file.body_bytes,
           [&] {
             for (std::uint64_t i = 0; i < file.plan.batch_count; ++i) {
               sign::Signer signer(secret, "evt_1", 1);
               signer.update({file.body.data(), body_size});
               (void)signer.finish();
             }
           }),
      part("sign them three at a time", file, file.body_bytes, [&] { sign_together(file, secret); }),
      part("send them over loopback", file, file.body_bytes, [&] { send_bodies(file, receiver); })};
  entrants.push_back({"memcpy, 64 MB to 64 MB", Kind::yardstick, [&]() -> Figures {
                        const double seconds = cpu_of([&] {
                          for (std::uint64_t i = 0; i < copied / from.size(); ++i) {
                            std::memcpy(to.data(), from.data(), from.size());
                            from[i] = to[from.size() - 1 - i];  // a dependency, so that no copy is left out
                          }
                        });
                        return {std::nullopt, static_cast<double>(copied) / seconds / 1e9};
                      }});
  contest(bench, scenario, entrants);
  const auto cost = [&scenario](std::size_t part) { return median(scenario.entrants[part].samples[0]); };
  const double others = cost(0) + cost(1) + cost(4);
  scenario.notes.push_back(
      fmt::format("Together: {:.0f} ns a row, {:.2f} M rows per CPU-second, bodies signed one after the "
                  "other; {:.0f} ns and {:.2f} M "
                  "where they are signed three at a time.",
                  others + cost(2), 1e3 / (others + cost(2)), others + cost(3), 1e3 / (others + cost(3))));
  return scenario;
}

}  // namespace pulter::tool::bench
