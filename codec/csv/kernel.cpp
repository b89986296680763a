#include "codec/csv/kernel.h"

#include <atomic>
#include <string>

#include "codec/csv/kernel_table.h"

namespace pulter::csv {
namespace {

Isa best_isa() noexcept {
  if (supported(Isa::avx512)) return Isa::avx512;
  return supported(Isa::avx2) ? Isa::avx2 : Isa::scalar;
}

std::atomic<Isa>& choice() noexcept {
  static std::atomic<Isa> isa{best_isa()};
  return isa;
}

}  // namespace

std::string_view name(Isa isa) noexcept {
  switch (isa) {
    case Isa::scalar:
      return "scalar";
    case Isa::avx2:
      return "avx2";
    case Isa::avx512:
      break;
  }
  return "avx512";
}

bool supported(Isa isa) noexcept {
  if (isa == Isa::scalar) return true;
#if defined(__x86_64__)
  // The compiler's run-time asks CPUID and whether the system saves the wide registers.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("pclmul") &&
                    __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("lzcnt");
  if (isa == Isa::avx2) return avx2;
  return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
#else
  return false;
#endif
}

Result<Isa> select_kernel(std::string_view forced) {
  Isa wanted = best_isa();
  if (!forced.empty()) {
    bool known = false;
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
      if (name(isa) != forced) continue;
      wanted = isa;
      known = true;
    }
    if (!known) {
      return fail(ErrorCode::bad_value,
                  "There is no kernel \"" + std::string(forced) + "\"; name scalar, avx2 or avx512.");
    }
    if (!supported(wanted)) {
      return fail(ErrorCode::not_supported, "This processor cannot run the " + std::string(forced) +
                                                " kernels; leave the choice open, or name scalar.");
    }
  }
  choice().store(wanted, std::memory_order_relaxed);
  return wanted;
}

Isa active_isa() noexcept {
  return choice().load(std::memory_order_relaxed);
}

const Kernel& active_kernel() noexcept {
#if defined(__x86_64__)
  switch (active_isa()) {
    case Isa::scalar:
      break;
    case Isa::avx2:
      return kernel_avx2;
    case Isa::avx512:
      return kernel_avx512;
  }
#endif
  return kernel_scalar;
}

}  // namespace pulter::csv
