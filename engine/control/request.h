#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/base/result.h"
#include "codec/http/query.h"
#include "codec/http/request_reader.h"
#include "engine/control/caller.h"
#include "io/io.h"
#include "io/scope.h"

namespace pulter::control {

struct Services;

/// Through which listener a request came: what it may do depends on it.
enum class Door : std::uint8_t {
  unix_socket,  ///< the socket's file mode is the guard: full rights
  tcp,          ///< a token is needed
};

/// The body of a request, read as it comes: nothing is held but the piece at hand.
class RequestBody {
 public:
  virtual ~RequestBody() = default;
  /// The next bytes; empty: the end. The view lives until the next call. Errors: bad_request, timed_out,
  /// connection_closed (the body was cut off), cancelled.
  virtual io::Task<Result<std::string_view>> read() = 0;
};

/// A descriptor that came beside a request; closed when this dies.
class PassedFd {
 public:
  explicit PassedFd(io::Io& io) noexcept : io_(io) {}
  PassedFd(const PassedFd&) = delete;
  PassedFd& operator=(const PassedFd&) = delete;
  ~PassedFd() { reset(-1); }

  void reset(int fd) noexcept {
    if (fd_ >= 0) io_.close(fd_);
    fd_ = fd;
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  io::Io& io_;
  int fd_ = -1;
};

/// One request as a handler sees it. Views live until it was answered.
struct Request {
  std::string_view method;
  std::string_view path;
  std::vector<http::QueryParameter> query;
  std::string id;  ///< what stands for {…} in the route's path
  const http::RequestReader& head;
  Door door = Door::unix_socket;
  io::PeerCredentials peer;
  RequestBody& body;
  PassedFd& passed_fd;
  Caller caller{};

  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const {
    return head.header(name);
  }
  /// The first parameter of that name.
  [[nodiscard]] const std::string* parameter(std::string_view name) const noexcept {
    for (const http::QueryParameter& each : query) {
      if (each.name == name) return &each.value;
    }
    return nullptr;
  }
};

/// What every handler gets.
struct Context {
  io::Scope& scope;
  Services& services;
  Request& request;
};

}  // namespace pulter::control
