#include "tools/pulter/bench/rivals.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "io/child_process.h"
#include "io/net/blocking.h"
#include "io/process.h"
#include "tools/pulter/bench/daemon.h"
#include "tools/pulter/failure.h"

namespace pulter::tool::bench {
namespace {

namespace fs = std::filesystem;

std::string find_folder(const Options& options) {
  if (!options.rivals_folder.empty()) return options.rivals_folder;
  const fs::path here = fs::path(io::own_path()).parent_path();
  for (const fs::path& candidate :
       {here.parent_path().parent_path() / "bench/rivals", here.parent_path() / "lib/pulter/rivals"}) {
    if (fs::is_directory(candidate)) return candidate.string();
  }
  return {};
}

bool in_path(const std::string& program) {
  const std::string path = io::environment("PATH").value_or("");
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    if (fs::exists(fs::path(path.substr(begin, end - begin)) / program)) return true;
    begin = end + 1;
  }
  return false;
}

RivalRun finish(io::ChildProcess& child, const Rival& rival, const std::string& log, std::int64_t started_ns,
                const MemoryWatch& memory) {
  const io::ChildProcess::Ended ended = child.wait();
  RivalRun run;
  run.wall_s = static_cast<double>(now_ns() - started_ns) / 1e9;
  if (ended.exit_code != 0) {
    std::ifstream file(log, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    throw Failure(ExitCode::failed,
                  fmt::format("The rival {} ended with {}. What it said:\n{}\nLeave the rivals out "
                              "with --no-rivals.",
                              rival.name, ended.exit_code, text));
  }
  run.cpu_s = static_cast<double>(ended.cpu_ns) / 1e9;
  run.anonymous_mb = static_cast<double>(memory.peak_bytes()) / 1e6;
  run.started_ns = started_ns;
  return run;
}

}  // namespace

std::vector<Rival> find_rivals(const Bench& bench, std::vector<std::string>& missing) {
  if (bench.options().no_rivals) return {};
  const fs::path folder = find_folder(bench.options());
  if (folder.empty()) {
    missing.push_back("No rivals: their folder was not found; name it with --rivals.");
    return {};
  }
  std::vector<Rival> found;
  const auto look = [&](std::string name, std::vector<std::string> command, bool there,
                        const std::string& advice) {
    if (there) {
      found.push_back({std::move(name), std::move(command)});
    } else {
      missing.push_back("Not run: " + name + ". " + advice);
    }
  };
  const std::string cpp = folder / "rival_cpp";
  const std::string go = folder / "rival_go";
  const std::string node = folder / "node/rival.mjs";
  const std::string python = folder / "python/rival.py";
  look("C++: libcurl, OpenSSL, RapidJSON", {cpp}, fs::exists(cpp),
       "Build it: libcurl4-openssl-dev, libssl-dev and rapidjson-dev are needed.");
  look("Go: encoding/csv, net/http", {go}, fs::exists(go), "Build it: golang-go is needed.");
  look("Node: csv-parse, undici", {"node", node},
       in_path("node") && fs::exists(folder / "node/node_modules/undici") &&
           fs::exists(folder / "node/node_modules/csv-parse"),
       "Install it: npm ci --prefix " + (folder / "node").string());
  look("Python: csv, json, http.client", {"python3", python}, in_path("python3") && fs::exists(python),
       "Install python3.");
  return found;
}

RivalRun run_firehose(const Bench& bench, const Rival& rival, const std::string& file, const std::string& url,
                      std::uint64_t batch_size) {
  io::ChildOptions options;
  options.command = rival.command;
  for (const std::string& word :
       {std::string("firehose"), file, url, std::to_string(batch_size), std::string(Receiver::secret_text)}) {
    options.command.push_back(word);
  }
  options.output_file = bench.folder().path("rival.log");
  const std::int64_t started_ns = now_ns();
  io::ChildProcess child = value_or_throw(io::ChildProcess::start(options));
  const MemoryWatch memory(child);
  return finish(child, rival, options.output_file, started_ns, memory);
}

RivalRun run_fan_out(const Bench& bench, const Rival& rival, const std::string& file, const std::string& list,
                     std::uint64_t batch_size) {
  io::ChildOptions options;
  options.command = rival.command;
  for (const std::string& word :
       {std::string("fanout"), file, list, std::to_string(batch_size), std::string(Receiver::secret_text)}) {
    options.command.push_back(word);
  }
  options.output_file = bench.folder().path("rival.log");
  auto [its_input, our_input] = value_or_throw(io::make_pipe());
  auto [our_output, its_output] = value_or_throw(io::make_pipe());
  options.input = its_input.number();
  options.output = its_output.number();
  io::ChildProcess child = value_or_throw(io::ChildProcess::start(options));
  its_input.close();
  its_output.close();
  const MemoryWatch memory(child);
  std::array<char, 16> word{};
  const auto got = io::blocking::receive(our_output, word);
  const std::uint64_t cpu_before_ns = child.cpu_ns();
  const std::int64_t started_ns = now_ns();
  if (got && *got && **got > 0) check(io::blocking::write_all(our_input.number(), "go\n"));
  RivalRun run = finish(child, rival, options.output_file, started_ns, memory);
  run.cpu_s -= static_cast<double>(cpu_before_ns) / 1e9;
  return run;
}

std::string verified_digest(const Receiver& receiver, const std::string& sender, std::uint64_t rows) {
  const Seen seen = receiver.seen();
  if (!seen.problem.empty() || seen.rows != rows) {
    throw Failure(
        ExitCode::failed,
        fmt::format("{} did not send what it should have: {} rows of {}. {}", sender, seen.rows, rows,
                    seen.problem.empty() ? "The receiver saw nothing else wrong." : seen.problem));
  }
  return seen.digest;
}

}  // namespace pulter::tool::bench
