#include "io/file/lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <cstring>

namespace pulter::io {

Result<UniqueFd> lock_folder(const std::string& folder) {
  const std::string path = folder + "/lock";
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd.get() < 0) {
    return fail(ErrorCode::io_failed, errno,
                path + " cannot be opened: " + std::strerror(errno) +
                    ". The folder must belong to the user who runs this.");
  }
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) {
      return fail(
          ErrorCode::conflict, errno,
          "another process works in " + folder + ". Stop it first, or give this one a folder of its own.");
    }
    return fail(ErrorCode::io_failed, errno, path + " cannot be locked: " + std::strerror(errno) + ".");
  }
  return fd;
}

}  // namespace pulter::io
