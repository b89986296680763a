#include "io/net/blocking.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace pulter::io::blocking {
namespace {

std::string errno_text(int error) {
  return std::strerror(error);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* as_sockaddr(const void* address) {
  return static_cast<const sockaddr*>(address);
}

std::unexpected<Error> send_error(int error) {
  if (error == EPIPE || error == ECONNRESET) {
    return fail(ErrorCode::connection_closed, error, "The other side closed the connection while we sent.");
  }
  return fail(ErrorCode::send_failed, error, "Sending failed: " + errno_text(error) + ".");
}

std::unexpected<Error> open_error(const std::string& path, int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return fail(ErrorCode::not_found, error,
                  "There is no file " + path + ". Check the name and the folder.");
    case EACCES:
    case EPERM:
      return fail(ErrorCode::forbidden, error,
                  "You may not open " + path + ". Check its owner and mode with: ls -l " + path);
    case ENOSPC:
      return fail(ErrorCode::disk_full, error, "The disk is full: " + path + " cannot be written.");
    default:
      return fail(ErrorCode::io_failed, error, "Cannot open " + path + ": " + errno_text(error) + ".");
  }
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  close();
}

void Descriptor::close() {
  if (number_ >= 0) ::close(std::exchange(number_, -1));
}

Result<Descriptor> connect_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(ErrorCode::bad_value, "The socket path " + path + " is too long: at most " +
                                          std::to_string(sizeof(address.sun_path) - 1) +
                                          " bytes. Choose a shorter one with --socket.");
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return fail(ErrorCode::io_failed, errno, "Cannot make a socket: " + errno_text(errno) + ".");
  if (::connect(socket.number(), as_sockaddr(&address), sizeof(address)) == 0) return socket;
  const int error = errno;
  switch (error) {
    case ENOENT:
      return fail(ErrorCode::no_daemon, error, "Nothing listens on " + path + ": the socket does not exist.");
    case ECONNREFUSED:
      return fail(ErrorCode::no_daemon, error,
                  "Nothing listens on " + path + ": the socket was left by a daemon that has ended.");
    case EACCES:
    case EPERM:
      return fail(ErrorCode::forbidden, error,
                  "You may not use the socket " + path + ". Join its group, see: ls -l " + path);
    default:
      return fail(ErrorCode::io_failed, error, "Cannot connect to " + path + ": " + errno_text(error) + ".");
  }
}

Result<Descriptor> connect_loopback(std::uint16_t port) {
  const sockaddr_in address = loopback(port);
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket && ::connect(socket.number(), as_sockaddr(&address), sizeof(address)) == 0) return socket;
  return fail(ErrorCode::connect_failed, errno,
              "Cannot connect to 127.0.0.1:" + std::to_string(port) + ": " + errno_text(errno) + ".");
}

namespace {

Result<Descriptor> listen_at(const sockaddr_in& address, const std::string& where) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  // Bound to the interface, a socket of every address still hears no other machine.
  const bool every = address.sin_addr.s_addr == htonl(INADDR_ANY);
  const bool fenced =
      socket && (!every || ::setsockopt(socket.number(), SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0);
  if (socket) ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  if (fenced && ::bind(socket.number(), as_sockaddr(&address), sizeof(address)) == 0 &&
      ::listen(socket.number(), 4096) == 0) {
    return socket;
  }
  const int error = errno;
  if (error == EADDRINUSE) {
    return fail(ErrorCode::conflict, error,
                "Another program already listens on " + where + ". Choose another port with --port, or 0.");
  }
  return fail(ErrorCode::io_failed, error, "Cannot listen on " + where + ": " + errno_text(error) + ".");
}

}  // namespace

Result<Descriptor> listen_loopback(std::uint16_t port) {
  return listen_at(loopback(port), "127.0.0.1:" + std::to_string(port));
}

Result<Descriptor> listen_loopback_hosts(std::uint16_t port) {
  sockaddr_in address = loopback(port);
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  return listen_at(address, "127.0.0.0/8:" + std::to_string(port));
}

std::uint16_t local_port(const Descriptor& socket) {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  void* raw = &address;
  if (::getsockname(socket.number(), static_cast<sockaddr*>(raw), &size) != 0) return 0;
  return ntohs(address.sin_port);
}

Result<std::optional<Descriptor>> accept(const Descriptor& listener) {
  Descriptor socket(::accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
    return fail(ErrorCode::limit_reached, errno,
                std::string("A connection cannot be accepted: ") + std::strerror(errno) + ".");
  }
  if (!socket) return std::nullopt;
  const int on = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket;
}

Result<std::size_t> send_some(const Descriptor& socket, std::string_view bytes) {
  while (true) {
    const ssize_t sent = ::send(socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    return send_error(errno);
  }
}

Result<> send_all(const Descriptor& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const Result<std::size_t> sent = send_some(socket, bytes);
    if (!sent) return fail(sent.error());
    bytes.remove_prefix(*sent);
  }
  return {};
}

Result<> send_with_descriptor(const Descriptor& socket, std::string_view bytes, int passed) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  std::memcpy(CMSG_DATA(header), &passed, sizeof(passed));
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(socket.number(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return send_error(errno);
  return send_all(socket, bytes.substr(static_cast<std::size_t>(sent)));
}

namespace {

Result<std::optional<std::size_t>> received(ssize_t got) {
  if (got >= 0) return static_cast<std::size_t>(got);
  if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
  if (errno == ECONNRESET || errno == EPIPE) {
    return fail(ErrorCode::connection_closed, errno, "The other side reset the connection.");
  }
  return fail(ErrorCode::receive_failed, errno, "Receiving failed: " + errno_text(errno) + ".");
}

}  // namespace

Result<std::optional<std::size_t>> receive(const Descriptor& descriptor, std::span<char> into) {
  ssize_t got = -1;
  do {
    got = ::read(descriptor.number(), into.data(), into.size());
  } while (got < 0 && errno == EINTR);
  return received(got);
}

Result<std::optional<std::size_t>> discard(const Descriptor& socket, std::size_t limit) {
  ssize_t got = -1;
  do {
    got = ::recv(socket.number(), nullptr, limit, MSG_TRUNC);
  } while (got < 0 && errno == EINTR);
  return received(got);
}

bool peer_gone(const Descriptor& socket) {
  pollfd state{socket.number(), POLLRDHUP, 0};
  return ::poll(&state, 1, 0) > 0;
}

void shutdown_sending(const Descriptor& socket) {
  ::shutdown(socket.number(), SHUT_WR);
}

void reset_on_close(const Descriptor& socket) {
  const linger abrupt{1, 0};
  ::setsockopt(socket.number(), SOL_SOCKET, SO_LINGER, &abrupt, sizeof(abrupt));
}

Result<Descriptor> open_for_reading(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return open_error(path, errno);
  struct stat status {};
  if (::fstat(file.number(), &status) == 0 && S_ISDIR(status.st_mode)) {
    return fail(ErrorCode::bad_value, path + " is a folder. Name one CSV file in it.");
  }
  return file;
}

Result<Descriptor> open_for_appending(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file) return open_error(path, errno);
  return file;
}

Result<> write_file(const std::string& path, std::string_view bytes) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file) return open_error(path, errno);
  return write_all(file.number(), bytes);
}

Result<> write_all(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && errno == ENOSPC) return fail(ErrorCode::disk_full, ENOSPC, "The disk is full.");
    if (written < 0) return fail(ErrorCode::io_failed, errno, "Writing failed: " + errno_text(errno) + ".");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<Descriptor> temporary_file() {
  const char* folder = std::getenv("TMPDIR");
  std::string path = std::string(folder != nullptr ? folder : "/tmp") + "/pulter-XXXXXX";
  Descriptor file(::mkostemp(path.data(), O_CLOEXEC));
  if (!file) return open_error(path, errno);
  ::unlink(path.c_str());
  return file;
}

Result<Descriptor> copy_to_temporary(int source) {
  Result<Descriptor> file = temporary_file();
  if (!file) return file;
  std::vector<char> buffer(1 << 20);
  while (true) {
    const ssize_t got = ::read(source, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return fail(ErrorCode::io_failed, errno, "Cannot read the input: " + errno_text(errno) + ".");
    }
    if (got == 0) break;
    const Result<> written = write_all(file->number(), {buffer.data(), static_cast<std::size_t>(got)});
    if (!written) return fail(written.error());
  }
  ::lseek(file->number(), 0, SEEK_SET);
  return file;
}

bool is_regular_file(const Descriptor& descriptor) {
  struct stat status {};
  return ::fstat(descriptor.number(), &status) == 0 && S_ISREG(status.st_mode);
}

std::uint64_t file_size(const Descriptor& descriptor) {
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0 || status.st_size < 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace pulter::io::blocking
