#include "io/net/stream.h"

#include <utility>

namespace pulter::io {

Task<std::int32_t> TcpStream::send_all(Scope& scope, std::string_view bytes, Instant deadline,
                                       std::uint64_t* sent) {
  return io::send_all(scope, fd_, bytes, deadline, sent);
}

Task<std::int32_t> TcpStream::receive(Scope& scope, std::span<char> into, Instant deadline) {
  co_return co_await io::receive(scope, fd_, into, deadline);
}

Task<std::int32_t> TcpStream::readable(Scope& scope, Instant deadline) {
  co_return co_await io::readable(scope, fd_, deadline);
}

Task<> TcpStream::shutdown([[maybe_unused]] Scope& scope, [[maybe_unused]] Instant deadline) {
  cut();
  co_return;
}

void TcpStream::cut() noexcept {
  if (fd_ >= 0) io_.shutdown(fd_);
}

void TcpStream::close() noexcept {
  if (fd_ >= 0) io_.close(std::exchange(fd_, -1));
}

}  // namespace pulter::io
