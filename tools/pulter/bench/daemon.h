#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/child_process.h"
#include "tools/pulter/bench/bench.h"
#include "tools/pulter/http_client.h"

namespace pulter::tool::bench {

/// Watches how much anonymous memory a program has, every few milliseconds.
class MemoryWatch {
 public:
  explicit MemoryWatch(const io::ChildProcess& child);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  [[nodiscard]] std::uint64_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> peak_bytes_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

/// How a daemon of the bench is started.
struct DaemonOptions {
  std::string name = "pulterd";  ///< of its socket, its log and its data folder
  std::string durability = "strict";
  std::vector<std::string> flags = {};
};

/// A pulterd of its own: its data folder is made for it and found again when it is started again.
class Daemon {
 public:
  Daemon(const Bench& bench, DaemonOptions options);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  /// Starts the program and waits until it is ready.
  void start();
  /// Starts the program and does not wait.
  void launch();
  /// SIGTERM, and waits for its end.
  void stop();
  /// SIGKILL: for a store with unfinished work.
  void kill();

  [[nodiscard]] const io::ChildProcess& process() const { return process_; }
  [[nodiscard]] const std::string& socket() const { return socket_; }
  [[nodiscard]] std::string data_folder() const { return bench_.folder().path(options_.name + "-data"); }
  [[nodiscard]] const std::string& durability() const { return options_.durability; }

  /// One request that must succeed.
  json::Value call(const std::string& method, const std::string& target, const std::string& body = "");
  /// A webhook of the default importer that signs with Receiver::secret_text. Its id.
  std::string make_webhook(const std::string& url);
  /// Hands over a file by its path. The import's id.
  std::string import_file(const std::string& path, const std::string& url, std::uint64_t batch_size);
  /// Until the import is completed; a Failure with its log's end when it ends otherwise.
  void await_completed(const std::string& import_id, std::uint64_t seconds = 300);
  /// Until no import is queued or being delivered.
  void await_idle(std::uint64_t seconds = 300);
  [[nodiscard]] std::string log_end() const;

 private:
  const Bench& bench_;
  DaemonOptions options_;
  std::string socket_;
  std::string log_;
  io::ChildProcess process_;
  HttpClient client_;
};

}  // namespace pulter::tool::bench
