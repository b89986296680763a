#include "tools/dashboard/embedded.h"

namespace pulter::dashboard {

std::span<const EmbeddedFile> embedded_files() noexcept { return {}; }

}  // namespace pulter::dashboard
