#include "io/net/sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "io/net/socket_address.h"
#include "io/system_error.h"
#include "io/unique_fd.h"

namespace pulter::io {
namespace {

constexpr int backlog = 4096;
/// Bytes that the kernel takes ahead of what it may send. Without a bound it takes up to 4 MB for each
/// receiver that does not read (tcp_wmem), and a few thousand of those use up the memory of all sockets of
/// the machine (tcp_mem).
constexpr int unsent_bytes_max = 128 * 1024;

bool set_option(int fd, int level, int option, int value) {
  return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
}

int family_of(net::Family family) {
  return family == net::Family::ipv4 ? AF_INET : AF_INET6;
}

std::string_view listen_cure(int number) {
  switch (number) {
    case EADDRINUSE:
      return "Another program listens there: stop it or choose another port.";
    case EADDRNOTAVAIL:
      return "This machine does not have that address: choose one of its own.";
    case EACCES:
      return "Ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher port.";
    default:
      return {};
  }
}

/// After kill -9 the kernel takes a dead program's ring apart in the background, and its listener with it:
/// for some milliseconds a connection to it still succeeds. It is cut when the listener goes.
constexpr int dead_listener_time_ms_max = 1000;

/// True when a living listener is behind the socket file `address`. Waits up to a second to be sure.
bool is_answered(const SocketAddress& address) {
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return true;
  if (::connect(probe.get(), address.get(), address.size) == 0) {
    pollfd cut{probe.get(), POLLRDHUP, 0};
    return ::poll(&cut, 1, dead_listener_time_ms_max) <= 0;
  }
  // EAGAIN: its queue is full, so somebody is there. EACCES: we cannot know, so we keep our hands off.
  return errno != ECONNREFUSED;
}

/// Takes the file of a dead socket away; errors when it is alive or no socket.
Result<> clear_socket_file(const std::string& path, const SocketAddress& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return fail(
        ErrorCode::conflict, EADDRINUSE,
        "Cannot listen on " + path + ": a file that is no socket is there. Move it or choose another path.");
  }
  if (is_answered(address)) {
    return fail(
        ErrorCode::conflict, EADDRINUSE,
        "Cannot listen on " + path + ": a program already answers there. Stop it or choose another path.");
  }
  if (::unlink(path.c_str()) != 0) return fail(system_error(errno, "Cannot remove the old socket " + path));
  return {};
}

Result<net::Endpoint> endpoint_result(int failed, const SocketAddress& address, const char* what) {
  if (failed != 0) return fail(system_error(errno, what));
  const std::optional<net::Endpoint> endpoint = to_endpoint(address);
  if (!endpoint) return fail(ErrorCode::not_supported, std::string(what) + ": it is no TCP socket.");
  return *endpoint;
}

}  // namespace

Result<int> open_tcp_socket(net::Family family, const std::string& congestion) {
  UniqueFd fd(::socket(family_of(family), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail(system_error(errno, "Cannot open a TCP socket"));
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, unsent_bytes_max);
  if (!congestion.empty() && ::setsockopt(fd.get(), IPPROTO_TCP, TCP_CONGESTION, congestion.data(),
                                          static_cast<socklen_t>(congestion.size())) != 0) {
    return fail(system_error(errno, "Cannot use the congestion control \"" + congestion + "\"",
                             "Choose one that /proc/sys/net/ipv4/tcp_allowed_congestion_control lists.",
                             ErrorCode::bad_config));
  }
  return fd.release();
}

Result<int> open_unix_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(system_error(errno, "Cannot open a Unix socket"));
  return fd;
}

Result<int> listen_on_tcp(const net::Endpoint& endpoint) {
  const std::string what = "Cannot listen on " + net::to_string(endpoint);
  UniqueFd fd(::socket(family_of(endpoint.address.family), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail(system_error(errno, what));
  set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  // Accepted sockets inherit it.
  set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  // "::" must not take the IPv4 port too: what is listened on is what was written.
  if (endpoint.address.family == net::Family::ipv6) set_option(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1);
  const SocketAddress address = to_socket_address(endpoint);
  if (::bind(fd.get(), address.get(), address.size) != 0 || ::listen(fd.get(), backlog) != 0) {
    return fail(system_error(errno, what, listen_cure(errno)));
  }
  return fd.release();
}

Result<int> listen_on_unix(const UnixListener& listener) {
  const std::optional<SocketAddress> address = to_socket_address(listener.path);
  if (!address) {
    return fail(ErrorCode::bad_value, ENAMETOOLONG,
                "The socket path \"" + listener.path + "\" is " + std::to_string(listener.path.size()) +
                    " bytes long; Linux takes 1 to " + std::to_string(unix_path_bytes_max) +
                    ". Choose another path.");
  }
  const std::string what = "Cannot listen on " + listener.path;
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return fail(system_error(errno, what));
  // The file is made with the socket's own mode, less the umask: at no moment is it open to more than `mode`.
  ::fchmod(fd.get(), listener.mode);
  if (::bind(fd.get(), address->get(), address->size) != 0) {
    if (errno != EADDRINUSE)
      return fail(system_error(errno, what, errno == ENOENT ? "Create its folder." : ""));
    if (Result<> cleared = clear_socket_file(listener.path, *address); !cleared) return fail(cleared.error());
    if (::bind(fd.get(), address->get(), address->size) != 0) return fail(system_error(errno, what));
  }
  if (::chmod(listener.path.c_str(), listener.mode) != 0 || ::listen(fd.get(), backlog) != 0) {
    return fail(system_error(errno, what));
  }
  return fd.release();
}

Result<net::Endpoint> local_endpoint_of(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  const int failed = ::getsockname(fd, address.get(), &address.size);
  return endpoint_result(failed, address, "Cannot tell a socket's own address");
}

Result<net::Endpoint> peer_endpoint_of(int fd) {
  SocketAddress address;
  address.size = sizeof address.storage;
  const int failed = ::getpeername(fd, address.get(), &address.size);
  return endpoint_result(failed, address, "Cannot tell a socket's peer");
}

PeerCredentials peer_credentials_of(int fd) noexcept {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  return {credentials.pid, credentials.uid, credentials.gid};
}

}  // namespace pulter::io
