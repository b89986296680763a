#pragma once

#include "engine/control/pages.h"

/// The dashboard that was compiled in, as the daemon serves it; without files when it was built without.
[[nodiscard]] const pulter::control::Pages& built_in_pages();
