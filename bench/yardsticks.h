#pragma once

// What the machine can do at most, measured beside what we do: each yardstick does less work than the real
// thing.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace pulter::bench {

/// Whether the wide yardsticks run on this processor.
[[nodiscard]] bool have_avx512() noexcept;

/// Sums all bytes: what it costs to look at them.
[[nodiscard]] std::uint64_t sum_bytes(std::string_view text);

/// Counts line feeds outside of quotes by masks and a carry-less multiplication, trusting every quote: the
/// roofline of a planning pass. AVX-512.
[[nodiscard]] std::uint64_t count_rows_by_masks(std::string_view text);

/// Where every cell of a file is, found beforehand; `begin` is inside the quotes of quoted cells.
struct KnownCells {
  struct Cell {
    std::uint32_t begin;
    std::uint32_t size;
  };
  std::vector<Cell> cells;  ///< row by row
  std::size_t columns = 0;
};

/// Copies keys and cells to where a body would have them, in 64-byte stores, without looking at one byte: the
/// roofline of tokenizer and writer together. Writes round and round into `out`. Returns the bytes written.
/// AVX-512.
[[nodiscard]] std::uint64_t copy_known_cells(std::string_view text, const KnownCells& known,
                                             const std::vector<std::string_view>& keys, char* out,
                                             std::size_t out_size);

/// The same in 32-byte stores.
[[nodiscard]] std::uint64_t copy_known_cells_32(std::string_view text, const KnownCells& known,
                                                const std::vector<std::string_view>& keys, char* out,
                                                std::size_t out_size);

}  // namespace pulter::bench
