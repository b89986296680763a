// What needs a real kernel: threads that wake, descriptors that are passed, files, full queues, refusals.
#include "io/uring/uring_io.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <semaphore>
#include <thread>

#include "io/net/blocking.h"
#include "io/uring/ring.h"
#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<UringIo> make(unsigned entries = 64, Duration busy_poll = Duration::zero()) {
  Result<std::unique_ptr<UringIo>> io =
      UringIo::create({.entries = entries, .tcp_congestion = {}, .busy_poll = busy_poll});
  PULTER_CHECK(io);
  return std::move(*io);
}

void run(Io& io, Scope& scope, Duration limit = 20s) {
  const Instant end = io.now() + limit;
  while (scope.running() > 0 && io.now() < end) io.run_once(end);
  ASSERT_EQ(scope.running(), 0U) << "a flow hangs";
}

TEST(UringIo, WakeFromAnotherThreadEndsALongTurn) {
  const std::unique_ptr<UringIo> io = make();
  for (int round = 0; round < 20; ++round) {
    const Instant start = io->now();
    std::jthread waker([&] {
      std::this_thread::sleep_for(2ms);
      io->wake();
    });
    EXPECT_EQ(io->run_once(start + 10s), 0U);
    EXPECT_LT(io->now() - start, 5s);
  }
}

void expect_that_no_wake_is_lost(UringIo& io) {
  std::atomic<int> posted{0};
  std::atomic<int> taken{0};
  std::jthread waker([&] {
    for (int i = 1; i <= 20'000; ++i) {
      posted.store(i);
      io.wake();
      while (taken.load() < i && i % 16 == 0) std::this_thread::yield();
    }
  });
  const Instant end = io.now() + 30s;
  while (taken.load() < 20'000 && io.now() < end) {
    io.run_once(end);
    taken.store(posted.load());
  }
  EXPECT_EQ(taken.load(), 20'000);
  EXPECT_LT(io.now(), end);
}

TEST(UringIo, NoWakeIsLostBetweenThreads) {
  expect_that_no_wake_is_lost(*make());
}

Task<> nap(Scope& scope, Duration duration) {
  const Instant until = scope.io().now() + duration;
  co_await sleep_until(scope, until);
}

// It polls for ten seconds after each completion: what comes meanwhile must be seen by looking alone.
TEST(UringIo, WhilePollingNothingIsLostAndNothingIsLate) {
  const std::unique_ptr<UringIo> io = make(64, 10s);
  Scope scope(*io);
  for (int round = 0; round < 20; ++round) {
    const Instant start = io->now();
    scope.spawn(nap(scope, 1ms));
    run(*io, scope);
    EXPECT_GE(io->now() - start, 1ms);
    EXPECT_LT(io->now() - start, 5s);
  }
  expect_that_no_wake_is_lost(*io);
}

struct Place {
  std::thread::id id;
};
void note_thread(void* argument) noexcept {
  static_cast<Place*>(argument)->id = std::this_thread::get_id();
}

Task<> note_worker(Scope& scope, Place& place) {
  co_await offload(scope, note_thread, &place);
}

TEST(UringIo, WorkRunsOnTheSharedWorker) {
  Worker worker;
  Place places[2];
  for (Place& place : places) {
    Result<std::unique_ptr<UringIo>> io =
        UringIo::create({.entries = 64, .tcp_congestion = {}, .worker = &worker});
    ASSERT_TRUE(io);
    Scope scope(**io);
    scope.spawn(note_worker(scope, place));
    run(**io, scope);
  }
  for (const Place& place : places) {
    EXPECT_NE(place.id, std::this_thread::get_id());
    EXPECT_NE(place.id, std::thread::id());
  }
}

struct Handshake {
  std::binary_semaphore short_ran{0};
  bool met = false;
};
Task<> run_long(Scope& scope, Handshake& handshake) {
  co_await offload(
      scope,
      [](void* argument) noexcept {
        auto& self = *static_cast<Handshake*>(argument);
        self.met = self.short_ran.try_acquire_for(std::chrono::seconds(20));
      },
      &handshake);
}
Task<> run_short(Scope& scope, Handshake& handshake) {
  co_await offload(
      scope, [](void* argument) noexcept { static_cast<Handshake*>(argument)->short_ran.release(); },
      &handshake);
}

TEST(UringIo, ALongPieceOfWorkDoesNotHoldThoseBehindIt) {
  Result<std::unique_ptr<UringIo>> io =
      UringIo::create({.entries = 64, .tcp_congestion = {}, .worker = nullptr});
  ASSERT_TRUE(io);
  Handshake handshake;
  Scope scope(**io);
  scope.spawn(run_long(scope, handshake));
  scope.spawn(run_short(scope, handshake));
  run(**io, scope);
  EXPECT_TRUE(handshake.met);
}

struct Pair {
  int ends[2] = {-1, -1};
  Pair() { PULTER_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int end : ends) ::close(end);
  }
};

struct Message {
  std::int32_t size = -1;
  int passed = -1;
  std::string bytes = std::string(100, '\0');
};
Task<> take_message(Scope& scope, int fd, Message& message) {
  message.size = co_await receive_with_fd(scope, fd, message.bytes, &message.passed, never);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) >= 0 ? 1U : 0U;
  return count;
}

TEST(UringIo, ADescriptorComesBesideTheBytes) {
  const std::unique_ptr<UringIo> io = make();
  Pair pair;
  const UniqueFd file(::memfd_create("passed", MFD_CLOEXEC));
  ASSERT_EQ(::write(file.get(), "content", 7), 7);
  blocking::Descriptor sender(pair.ends[0]);
  ASSERT_TRUE(blocking::send_with_descriptor(sender, "take this", file.get()));
  pair.ends[0] = -1;
  Message message;
  Scope scope(*io);
  scope.spawn(take_message(scope, pair.ends[1], message));
  run(*io, scope);
  EXPECT_EQ(message.size, 9);
  ASSERT_GE(message.passed, 0);
  EXPECT_EQ(::fcntl(message.passed, F_GETFD), FD_CLOEXEC);
  char content[8] = {};
  EXPECT_EQ(::pread(message.passed, content, 7, 0), 7);
  EXPECT_STREQ(content, "content");
  io->close(message.passed);
}

TEST(UringIo, MoreThanOneDescriptorIsClosedAgain) {
  const std::unique_ptr<UringIo> io = make();
  const Pair pair;
  io->run_once(io->now());
  const std::size_t before = open_descriptors();
  int three[3] = {pair.ends[0], pair.ends[0], pair.ends[0]};
  iovec vector{const_cast<char*>("x"), 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof three)] = {};
  msghdr header{};
  header.msg_iov = &vector;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  cmsghdr* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof three);
  std::memcpy(CMSG_DATA(rights), three, sizeof three);
  ASSERT_EQ(::sendmsg(pair.ends[0], &header, 0), 1);
  Message message;
  Scope scope(*io);
  scope.spawn(take_message(scope, pair.ends[1], message));
  run(*io, scope);
  EXPECT_EQ(open_descriptors(), before + 1);
  io->close(message.passed);
}

Task<> use_file(Scope& scope, int fd) {
  const std::int32_t written = co_await write_at(scope, fd, "0123456789", 5);
  EXPECT_EQ(written, 10);
  std::string buffer(20, '\0');
  const std::int32_t read = co_await read_at(scope, fd, buffer, 7);
  EXPECT_EQ(read, 8);
  EXPECT_EQ(buffer.substr(0, 8), "23456789");
  const std::int32_t after = co_await read_at(scope, fd, buffer, 100);
  EXPECT_EQ(after, 0);
}

TEST(UringIo, FilesAreReadAndWrittenAtOffsets) {
  const std::unique_ptr<UringIo> io = make();
  const UniqueFd file(::memfd_create("file", MFD_CLOEXEC));
  Scope scope(*io);
  scope.spawn(use_file(scope, file.get()));
  run(*io, scope);
}

Task<> take_byte(Scope& scope, int fd, int& sum) {
  char byte = 0;
  const std::int32_t count = co_await receive(scope, fd, std::span(&byte, 1));
  if (count == 1) sum += 1;
  if (count == -ECANCELED) sum -= 1;
}

TEST(UringIo, MoreOperationsThanTheQueueHasEntries) {
  const std::unique_ptr<UringIo> io = make(64);
  const Pair pair;
  int sum = 0;
  Scope scope(*io);
  for (int i = 0; i < 5000; ++i) scope.spawn(take_byte(scope, pair.ends[1], sum));
  io->run_once(io->now() + 1ms);
  EXPECT_EQ(io->pending_operations(), 5000U);
  const std::string bytes(3000, 'x');
  ASSERT_EQ(::send(pair.ends[0], bytes.data(), bytes.size(), 0), 3000);
  const Instant end = io->now() + 10s;
  while (sum < 3000 && io->now() < end) io->run_once(end);
  EXPECT_EQ(sum, 3000);
  scope.cancel();
  run(*io, scope);
  EXPECT_EQ(sum, 1000) << "the other 2,000 were cancelled, each once";
}

TEST(UringIo, CancelRacesWithCompletionAThousandTimes) {
  const std::unique_ptr<UringIo> io = make();
  const Pair pair;
  for (int round = 0; round < 1000; ++round) {
    int sum = 0;
    Scope scope(*io);
    scope.spawn(take_byte(scope, pair.ends[1], sum));
    if (round % 3 != 0) io->run_once(io->now());
    if (round % 2 == 0) PULTER_CHECK(::send(pair.ends[0], "x", 1, 0) == 1);
    if (round % 5 == 0) io->run_once(io->now());
    scope.cancel();
    run(*io, scope);
    ASSERT_TRUE(sum == 1 || sum == -1) << "completed exactly once";
    char rest = 0;
    const bool left = ::recv(pair.ends[1], &rest, 1, MSG_DONTWAIT) == 1;
    ASSERT_EQ(left, round % 2 == 0 && sum == -1) << "a byte is either handed out or still there";
  }
  EXPECT_EQ(io->pending_operations(), 0U);
}

TEST(UringIo, ListenUnixRefusesWhatItCannotReplace) {
  const std::unique_ptr<UringIo> io = make();
  const Result<int> too_long = io->listen_unix({"/tmp/" + std::string(120, 'x'), 0600});
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::bad_value);
  EXPECT_NE(too_long.error().detail.find("107"), std::string::npos);

  const std::string path = testing::TempDir() + "pulter-plain-file";
  const UniqueFd file(::open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  const Result<int> on_file = io->listen_unix({path, 0600});
  ASSERT_FALSE(on_file);
  EXPECT_EQ(on_file.error().code, ErrorCode::conflict);
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << "the file is still there";
  ::unlink(path.c_str());

  const Result<int> nowhere = io->listen_unix({"/nonexistent/pulter.sock", 0600});
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().detail.find("folder"), std::string::npos);
}

TEST(UringIo, ListenUnixSetsTheModeWhateverTheUmask) {
  const std::unique_ptr<UringIo> io = make();
  const std::string path = testing::TempDir() + "pulter-mode.sock";
  const mode_t old = ::umask(0077);
  const Result<int> fd = io->listen_unix({path, 0660});
  ::umask(old);
  ASSERT_TRUE(fd);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
  io->close(*fd);
  ::unlink(path.c_str());
}

TEST(UringIo, AnUnknownCongestionControlIsAnError) {
  Result<std::unique_ptr<UringIo>> io = UringIo::create({.entries = 64, .tcp_congestion = "nonsense"});
  ASSERT_TRUE(io);
  const Result<int> fd = (*io)->open_tcp(net::Family::ipv4);
  ASSERT_FALSE(fd);
  EXPECT_EQ(fd.error().code, ErrorCode::bad_config);
}

/// Runs `body` in a child process; its exit status, so that limits and filters stay there.
template <class Body>
int in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(UringIo, AForbiddenRingNamesCauseAndCure) {
  const int outcome = in_child([] {
    sock_filter filter[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_io_uring_setup},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
    };
    const sock_fprog program{4, filter};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
      return 2;
    }
    const Result<std::unique_ptr<UringIo>> io = UringIo::create({.entries = 64, .tcp_congestion = {}});
    if (io) return 3;
    const Error& error = io.error();
    if (error.code != ErrorCode::not_supported) return 4;
    return error.detail.find("seccomp") != std::string::npos ? 0 : 5;
  });
  EXPECT_EQ(outcome, 0);
}

TEST(UringIo, ALowMemoryLockLimitGivesASmallerRingOrSaysSo) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become a user whose limit is unused";
  const int outcome = in_child([] {
    const rlimit small{128 * 1024, 128 * 1024};
    if (::setrlimit(RLIMIT_MEMLOCK, &small) != 0 || ::setuid(54321) != 0) return 2;
    const Result<std::unique_ptr<Ring>> ring = Ring::open(4096);
    if (!ring) return 3;
    return (*ring)->entries() < 4096 ? 0 : 4;
  });
  EXPECT_EQ(outcome, 0);
  const int none = in_child([] {
    const rlimit zero{0, 0};
    if (::setrlimit(RLIMIT_MEMLOCK, &zero) != 0 || ::setuid(54322) != 0) return 2;
    const Result<std::unique_ptr<Ring>> ring = Ring::open(4096);
    if (ring) return 3;
    return ring.error().code == ErrorCode::limit_reached ? 0 : 4;
  });
  EXPECT_EQ(none, 0);
}

TEST(UringIo, EveryRefusalSaysWhatToDo) {
  EXPECT_NE(ring_error(EPERM).detail.find("kernel.io_uring_disabled"), std::string::npos);
  EXPECT_NE(ring_error(ENOSYS).detail.find("6.1"), std::string::npos);
  EXPECT_NE(ring_error(ENOMEM).detail.find("LimitMEMLOCK"), std::string::npos);
}

TEST(UringIoDeathTest, ClosingUnderAPendingOperationIsCaught) {
  const auto close_early = [] {
    const std::unique_ptr<UringIo> io = make();
    const Pair pair;
    int sum = 0;
    Scope scope(*io);
    scope.spawn(take_byte(scope, pair.ends[0], sum));
    io->close(pair.ends[0]);
  };
  EXPECT_DEATH(close_early(), "pending_on_");
}

}  // namespace
}  // namespace pulter::io::test
