#include "io/net/dns_channel.h"

#include <ares.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "codec/base/check.h"
#include "io/net/resolver.h"

namespace pulter::io {
namespace {

constexpr int class_internet = 1;  // RFC 1035, 3.2.4
constexpr int type_a = 1;
constexpr int type_aaaa = 28;  // RFC 3596

// Two rounds over each server: with one server an unanswered question fails after 1.5 + 3 s, inside the limit
// of 5 s.
constexpr int first_timeout_ms = 1500;
constexpr int rounds = 2;
// Questions that start later may be due earlier than what was slept for: so much later are they looked at.
constexpr Duration tick_max = std::chrono::milliseconds(250);

int make_library() {
  static std::once_flag once;
  static int status = ARES_SUCCESS;
  std::call_once(once, [] { status = ares_library_init(ARES_LIB_INIT_ALL); });
  return status;
}

DnsAnswer failure(int status) {
  DnsAnswer answer;
  if (status == ARES_ENOTFOUND || status == ARES_EBADNAME) {
    answer.kind = DnsAnswer::Kind::no_such_name;
  } else if (status == ARES_ENODATA) {
    answer.kind = DnsAnswer::Kind::no_address;
  } else {
    answer.reason = ares_strerror(status);
  }
  return answer;
}

void take_smallest(DnsAnswer& answer, int seconds) {
  const Duration life = std::chrono::seconds(std::max(seconds, 0));
  answer.life = answer.addresses.size() == 1 ? life : std::min(answer.life, life);
}

DnsAnswer parse_a(const unsigned char* bytes, int size) {
  std::array<ares_addrttl, resolved_addresses_max> found;
  int count = found.size();
  const int status = ares_parse_a_reply(bytes, size, nullptr, found.data(), &count);
  if (status != ARES_SUCCESS) return failure(status);
  DnsAnswer answer;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    net::IpAddress& address = answer.addresses.emplace_back();
    std::memcpy(address.bytes.data(), &found[i].ipaddr, 4);
    take_smallest(answer, found[i].ttl);
  }
  answer.kind = answer.addresses.empty() ? DnsAnswer::Kind::no_address : DnsAnswer::Kind::found;
  return answer;
}

DnsAnswer parse_aaaa(const unsigned char* bytes, int size) {
  std::array<ares_addr6ttl, resolved_addresses_max> found;
  int count = found.size();
  const int status = ares_parse_aaaa_reply(bytes, size, nullptr, found.data(), &count);
  if (status != ARES_SUCCESS) return failure(status);
  DnsAnswer answer;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    net::IpAddress& address = answer.addresses.emplace_back();
    address.family = net::Family::ipv6;
    std::memcpy(address.bytes.data(), &found[i].ip6addr, 16);
    take_smallest(answer, found[i].ttl);
  }
  answer.kind = answer.addresses.empty() ? DnsAnswer::Kind::no_address : DnsAnswer::Kind::found;
  return answer;
}

}  // namespace

struct DnsChannel::Socket {
  Socket(Io& io, Scope* parent) : scope(io, parent) {}
  Scope scope;  ///< ends what waits for this socket
  int watchers = 0;
  bool reading = false;
  bool writing = false;
  bool closed = false;  ///< by c-ares; the descriptor stays until nothing waits for it any more
};

struct DnsChannel::Question {
  DnsChannel& channel;
  net::Family family;
  Done done;
  void* owner;
};

/// The socket calls that c-ares makes. They are ours so that a descriptor is closed only when no operation
/// waits for it: its number could be somebody else's by then.
struct DnsChannel::SocketCalls {
  static ares_socket_t open(int family, int type, int protocol, void*) {
    return ::socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  }
  static int close(ares_socket_t fd, void* self) {
    static_cast<DnsChannel*>(self)->close_socket(fd);
    return 0;
  }
  // Connected also for UDP: the kernel then drops answers that come from anybody else.
  static int connect(ares_socket_t fd, const sockaddr* address, ares_socklen_t size, void*) {
    return ::connect(fd, address, size);
  }
  static ares_ssize_t receive(ares_socket_t fd, void* into, std::size_t size, int flags, sockaddr* from,
                              ares_socklen_t* from_size, void*) {
    return ::recvfrom(fd, into, size, flags, from, from_size);
  }
  static ares_ssize_t send(ares_socket_t fd, const iovec* parts, int count, void*) {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(parts);
    message.msg_iovlen = static_cast<std::size_t>(count);
    return ::sendmsg(fd, &message, MSG_NOSIGNAL);
  }
  static void state(void* self, ares_socket_t fd, int readable, int writable) {
    static_cast<DnsChannel*>(self)->on_state(fd, readable != 0, writable != 0);
  }
  static constexpr ares_socket_functions table{open, close, connect, receive, send};
};

DnsChannel::DnsChannel(Scope& scope, const DnsSettings& settings) : scope_(scope) {
  ares_options options{};
  char only_servers[] = "b";  // "bind": the name servers, and no file
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
  options.timeout = first_timeout_ms;
  options.tries = rounds;
  options.lookups = only_servers;
  options.sock_state_cb = SocketCalls::state;
  options.sock_state_cb_data = this;
  constexpr int given = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                        ARES_OPT_DOMAINS | ARES_OPT_SOCK_STATE_CB;
  int status = make_library();
  if (status == ARES_SUCCESS) status = ares_init_options(&channel_, &options, given);
  if (status == ARES_SUCCESS && !settings.servers.empty()) {
    std::string list;
    for (const net::Endpoint& server : settings.servers)
      list += (list.empty() ? "" : ",") + net::to_string(server);
    status = ares_set_servers_ports_csv(channel_, list.c_str());
  }
  if (status != ARES_SUCCESS) {
    problem_ = ares_strerror(status);
    if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
    return;
  }
  ares_set_socket_functions(channel_, &SocketCalls::table, this);
}

DnsChannel::~DnsChannel() {
  if (channel_ != nullptr) ares_destroy(channel_);
  PULTER_CHECK(flows_ == 0 && sockets_.empty());
}

void DnsChannel::ask(std::string_view name, net::Family family, Done done, void* owner) {
  if (channel_ == nullptr) {
    DnsAnswer answer;
    answer.reason = problem_;
    return done(owner, std::move(answer));
  }
  ++open_;
  auto* question = new Question{*this, family, done, owner};
  const std::string text(name);
  ares_query(channel_, text.c_str(), class_internet, family == net::Family::ipv4 ? type_a : type_aaaa,
             &DnsChannel::on_answer, question);
  if (open_ > 0 && !ticking_) scope_.spawn(tick());
}

void DnsChannel::cancel() noexcept {
  if (channel_ != nullptr) ares_cancel(channel_);
}

void DnsChannel::on_answer(void* argument, int status, int, unsigned char* bytes, int size) {
  const std::unique_ptr<Question> question(static_cast<Question*>(argument));
  if (--question->channel.open_ == 0) question->channel.all_answered_.set();
  DnsAnswer answer;
  if (status != ARES_SUCCESS) {
    answer = failure(status);
  } else {
    answer = question->family == net::Family::ipv4 ? parse_a(bytes, size) : parse_aaaa(bytes, size);
  }
  question->done(question->owner, std::move(answer));
}

void DnsChannel::on_state(int fd, bool wants_read, bool wants_write) {
  if (!wants_read && !wants_write) return;  // the closing follows
  std::unique_ptr<Socket>& socket = sockets_[fd];
  if (socket == nullptr) socket = std::make_unique<Socket>(scope_.io(), &scope_);
  if (wants_read && !socket->reading) {
    socket->reading = true;
    scope_.spawn(watch(fd, true));
  }
  if (wants_write && !socket->writing) {
    socket->writing = true;
    scope_.spawn(watch(fd, false));
  }
}

/// Tells c-ares when its socket can be read, again and again, or once when it can be written.
Task<> DnsChannel::watch(int fd, bool reading) {
  Socket& socket = *sockets_.find(fd)->second;
  ++socket.watchers;
  ++flows_;
  while (!socket.closed) {
    OpAwaiter wait(socket.scope, reading ? OpKind::readable : OpKind::writable, fd, never);
    const std::int32_t ready = co_await wait;
    if (ready < 0 || socket.closed) break;
    if (!reading) socket.writing = false;  // asked for anew when there is more to write
    ares_process_fd(channel_, reading ? fd : ARES_SOCKET_BAD, reading ? ARES_SOCKET_BAD : fd);
    if (!reading) break;
  }
  --flows_;
  leave(fd);
}

void DnsChannel::leave(int fd) {
  const auto found = sockets_.find(fd);
  if (--found->second->watchers > 0 || !found->second->closed) return;
  sockets_.erase(found);
  ::close(fd);
}

void DnsChannel::close_socket(int fd) {
  const auto found = sockets_.find(fd);
  if (found == sockets_.end()) {
    ::close(fd);
    return;
  }
  found->second->closed = true;
  found->second->scope.cancel();
  if (found->second->watchers > 0) return;
  sockets_.erase(found);
  ::close(fd);
}

/// Lets c-ares see the time while a question is open.
Task<> DnsChannel::tick() {
  ticking_ = true;
  ++flows_;
  while (open_ > 0) {
    timeval next{};
    Duration wait = tick_max;
    if (ares_timeout(channel_, nullptr, &next) != nullptr) {
      const Duration due = std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec);
      wait = std::clamp(due, Duration(std::chrono::milliseconds(1)), tick_max);
    }
    const Instant until = scope_.io().now() + wait;
    const std::int32_t waited = co_await all_answered_.wait(scope_, until);
    if (waited == -ECANCELED) break;
    if (waited == -ETIMEDOUT) ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  }
  --flows_;
  ticking_ = false;
}

}  // namespace pulter::io
