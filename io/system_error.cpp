#include "io/system_error.h"

#include <cerrno>
#include <cstring>

namespace pulter::io {
namespace {

/// What helps whatever was tried; empty where that depends on it.
std::string_view common_cure(int number) {
  switch (number) {
    case ENOSPC:
      return "The disk is full: free some space there.";
    case EDQUOT:
      return "The disk quota is used up: free some space or raise the quota.";
    case EMFILE:
      return "This program may open no more files: raise its limit (ulimit -n, LimitNOFILE=).";
    case ENFILE:
      return "The system may open no more files: raise the sysctl fs.file-max.";
    case ENOMEM:
    case ENOBUFS:
      return "The system has no memory left for it.";
    case EROFS:
      return "The file system is read-only.";
    case EACCES:
    case EPERM:
      return "Check who owns it and its permissions.";
    case EIO:
      return "The disk reports a failure: look at the kernel's log.";
    default:
      return {};
  }
}

ErrorCode code_of(int number, ErrorCode otherwise) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::disk_full;
    case EMFILE:
    case ENFILE:
      return ErrorCode::limit_reached;
    default:
      return otherwise;
  }
}

}  // namespace

std::string describe_errno(int number) {
  const char* text = ::strerrordesc_np(number);
  return text != nullptr ? text : "error " + std::to_string(number);
}

Error system_error(int number, std::string_view what, std::string_view cure, ErrorCode code) {
  std::string detail(what);
  detail += ": " + describe_errno(number) + ".";
  if (cure.empty()) cure = common_cure(number);
  if (!cure.empty()) detail.append(" ").append(cure);
  return Error{code_of(number, code), number, std::move(detail)};
}

}  // namespace pulter::io
