#include "io/process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "io/net/socket_address.h"
#include "tests/unit/io/world.h"

namespace pulter::io::test {
namespace {

using namespace std::chrono_literals;

Task<> wait_for_signal(Scope& scope, int fd, std::int32_t& result) {
  result = co_await readable(scope, fd);
}

TEST(Process, AStopSignalIsReadable) {
  sigset_t before;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  const Result<UniqueFd> fd = open_stop_signals();
  ASSERT_TRUE(fd);
  EXPECT_EQ(take_stop_signal(fd->get()), StopSignal::none);
  const std::unique_ptr<Io> io = backends().back().make();
  Scope scope(*io);
  std::int32_t result = 1;
  scope.spawn(wait_for_signal(scope, fd->get(), result));
  io->run_once(io->now());
  EXPECT_EQ(result, 1);
  // To the thread: the test's other threads did not block it.
  ::pthread_kill(::pthread_self(), SIGTERM);
  const Instant end = io->now() + 5s;
  while (scope.running() > 0 && io->now() < end) io->run_once(end);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(take_stop_signal(fd->get()), StopSignal::terminate);
  ::pthread_kill(::pthread_self(), SIGINT);
  EXPECT_EQ(take_stop_signal(fd->get()), StopSignal::interrupt);
  EXPECT_EQ(take_stop_signal(fd->get()), StopSignal::none);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST(Process, RaisesTheDescriptorLimitToTheHardOne) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit lower{std::min<rlim_t>(limit.rlim_max, 1024), limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lower), 0);
  EXPECT_EQ(raise_descriptor_limit(), limit.rlim_max);
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

TEST(Process, NamesPinsAndCounts) {
  EXPECT_GE(usable_cpus(), 1U);
  std::jthread([] {
    name_thread("a name that is too long for a thread");
    char name[32] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof name);
    EXPECT_STREQ(name, "a name that is ");
    EXPECT_FALSE(pin_thread(1U << 20U));
    EXPECT_TRUE(set_thread_nice(5));
  }).join();
}

TEST(Process, EnvironmentTellsUnsetFromEmpty) {
  ::setenv("PULTER_TEST_VALUE", "", 1);
  EXPECT_EQ(environment("PULTER_TEST_VALUE"), "");
  ::unsetenv("PULTER_TEST_VALUE");
  EXPECT_EQ(environment("PULTER_TEST_VALUE"), std::nullopt);
}

/// A service manager's socket at `address`; what arrived there after one notification.
std::string notified(const std::string& variable, const SocketAddress& address) {
  const UniqueFd manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  EXPECT_EQ(::bind(manager.get(), address.get(), address.size), 0);
  ::setenv("NOTIFY_SOCKET", variable.c_str(), 1);
  EXPECT_TRUE(notify_manager("READY=1\nSTATUS=listening"));
  ::unsetenv("NOTIFY_SOCKET");
  char buffer[100] = {};
  EXPECT_GT(::recv(manager.get(), buffer, sizeof buffer, 0), 0);
  return buffer;
}

TEST(Process, NotifiesTheServiceManager) {
  EXPECT_FALSE(notify_manager("READY=1")) << "there is none";
  const std::string path = testing::TempDir() + "pulter-notify.sock";
  ::unlink(path.c_str());
  EXPECT_EQ(notified(path, *to_socket_address(path)), "READY=1\nSTATUS=listening");
  ::unlink(path.c_str());
  SocketAddress address = *to_socket_address("@pulter-notify-" + std::to_string(::getpid()));
  reinterpret_cast<char*>(&address.storage)[sizeof(sa_family_t)] = '\0';
  --address.size;
  EXPECT_EQ(notified("@pulter-notify-" + std::to_string(::getpid()), address), "READY=1\nSTATUS=listening");
}

}  // namespace
}  // namespace pulter::io::test
