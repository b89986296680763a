// What a body is around its rows, row ids, and what writing may touch.

#include "codec/json/batch_writer.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <set>
#include <string>

#include "codec/csv/kernel.h"
#include "codec/sign/secret.h"
#include "codec/sign/signature.h"
#include "tests/unit/codec/csv/padded_text.h"
#include "tests/unit/codec/json/allocation_count.h"
#include "tests/unit/codec/json/differential.h"

namespace pulter::json {
namespace {

std::string write_batch(std::string_view file, const csv::Plan& plan, const BatchWriter& writer,
                        std::uint64_t index) {
  Position position = writer.begin(*csv::locate(plan, file, index));
  std::string body(1u << 20, '\0');
  body.resize(writer.fill(file, position, body));
  EXPECT_TRUE(BatchWriter::finished(position));
  return body;
}

TEST(Body, IsTheContractsToTheByte) {
  const csv::PaddedText text("last_name,age\nRodmann,44\n");
  const Result<csv::Plan> plan = csv::make_plan(text.view(), {});
  ASSERT_TRUE(plan);
  const BatchWriter writer(
      *plan, {"clewr9x160001bxowssfzcznm", "cl6q9lmji2146jk99hfc01rea", "all", plan->batch_count,
              plan->total_rows, R"({"id":"modu8402j7gqtltvqx264p"})", "{}"});
  EXPECT_EQ(
      write_batch(text.view(), *plan, writer, 1),
      R"({"id":"clewr9x160001bxowssfzcznm","templateId":"cl6q9lmji2146jk99hfc01rea","index":1,"count":1,)"
      R"("totalRows":1,"event_name":"all","data":[{"last_name":"Rodmann","age":"44",)"
      R"("__index":"9c5b8b90-006c-442e-868c-45720477d1fd"}],"user":{"id":"modu8402j7gqtltvqx264p"},"metadata":{}})");
}

TEST(Body, OfLifecycleAndTestEvents) {
  const Envelope envelope{"imp_1", "tpl_1", "import.started", 3, 12'000, R"({"id":"u"})", R"({"k":1})"};
  EXPECT_EQ(
      lifecycle_body(envelope),
      R"({"id":"imp_1","templateId":"tpl_1","index":0,"count":3,"totalRows":12000,"event_name":"import.started",)"
      R"("data":[],"user":{"id":"u"},"metadata":{"k":1}})");
  EXPECT_LE(lifecycle_body(envelope).size(), envelope_bytes_max(envelope));
  EXPECT_EQ(test_body({"imp_1", "tpl_1", "test", 0, 0, "{}", "{}"}),
            R"({"id":"imp_1","templateId":"tpl_1","index":1,"count":1,"totalRows":1,"event_name":"test",)"
            R"("data":[{"first_name":"Ada","last_name":"Lovelace","email":"ada@example.com",)"
            R"("__index":"d51c8783-d076-4fb5-b839-1f13f0ad09ed"}],"user":{},"metadata":{}})");
  Envelope largest = envelope;
  const std::uint64_t bound = envelope_bytes_max(largest);
  largest.count = largest.total_rows = ~std::uint64_t{0};
  EXPECT_EQ(lifecycle_body(largest).size() + 19, bound);
}

/// Fixed for ever (codec/base/row_id.h). If this fails, the code is wrong, not the test.
TEST(RowId, Vectors) {
  const auto id = [](std::string_view import_id, std::uint64_t row) {
    std::string text(row_id_size, '\0');
    write_row_id(row_id_seed(import_id), row, text.data());
    return text;
  };
  EXPECT_EQ(row_id_seed(""), (RowIdSeed{0x6001c324468d497fu, 0x99aa06d3014798d8u}));
  EXPECT_EQ(id("", 1), "57e16b7d-b6d7-43ab-ae90-a4cfddab8da4");
  EXPECT_EQ(id("imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K", 1), "e295b188-90c0-4c17-8a71-84d284e82c37");
  EXPECT_EQ(id("imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K", 2), "543db33b-2a24-4c64-b909-28d45e62ae35");
  EXPECT_EQ(id("imp_01HF3W2J7Q8Z5X4C3V2B1N0M9K", 1'000'000'000'000), "9966f9da-5c2e-4ccd-9aac-2d7c30c8a562");
}

TEST(RowId, ShapeAndDifference) {
  std::set<std::string> seen;
  for (const std::string_view import_id : {"imp_a", "imp_b"}) {
    for (std::uint64_t row = 1; row <= 20'000; ++row) {
      std::string id(row_id_size, '\0');
      write_row_id(row_id_seed(import_id), row, id.data());
      ASSERT_EQ(id.find_first_not_of("0123456789abcdef-"), std::string::npos);
      ASSERT_TRUE(id[8] == '-' && id[13] == '-' && id[18] == '-' && id[23] == '-');
      ASSERT_EQ(id[14], '4');
      ASSERT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
      ASSERT_TRUE(seen.insert(id).second);
    }
  }
}

/// Memory that ends at a page which may not be touched.
class GuardedBytes {
 public:
  explicit GuardedBytes(std::size_t size) : size_(size) {
    constexpr std::size_t page = 4096;
    mapped_ = (size + page - 1) / page * page + page;
    void* memory = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    base_ = static_cast<char*>(memory);
    mprotect(base_ + mapped_ - page, page, PROT_NONE);
    data_ = base_ + mapped_ - page - size;
  }
  ~GuardedBytes() { munmap(base_, mapped_); }
  GuardedBytes(const GuardedBytes&) = delete;
  GuardedBytes& operator=(const GuardedBytes&) = delete;

  [[nodiscard]] char* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::size_t size_;
  std::size_t mapped_;
  char* base_;
  char* data_;
};

class Kernels : public testing::TestWithParam<csv::Isa> {
 protected:
  void SetUp() override {
    if (!csv::supported(GetParam())) GTEST_SKIP() << "this processor has no " << csv::name(GetParam());
    ASSERT_TRUE(csv::select_kernel(csv::name(GetParam())));
  }
  void TearDown() override { ASSERT_TRUE(csv::select_kernel("")); }
};

/// Every length of file at the end of its mapping, every length of buffer at the end of its.
TEST_P(Kernels, TouchNothingBeyondWhatTheyWereGiven) {
  std::string text = "k,l\n";
  for (int row = 0; row < 8; ++row) text += "12345,\"a \"\"cell\"\"\"\nx\\y," + std::string(70, 'z') + "\n";
  const GuardedBytes file(text.size() + csv::padding_bytes);
  const GuardedBytes out(1500);
  for (std::size_t size = 0; size <= text.size(); ++size) {
    char* begin = file.data() + (text.size() - size);
    std::memcpy(begin, text.data(), size);
    std::memset(begin + size, '"', csv::padding_bytes);
    csv::PlanSettings settings;
    settings.delimiter = ',';
    const std::string_view view(begin, size);
    const Result<csv::Plan> plan = csv::make_plan(view, settings);
    if (!plan) continue;
    const BatchWriter writer(*plan, {});
    Position position = writer.begin_rows({1, plan->data_begin}, plan->total_rows, RowLayout::commas, true);
    for (std::size_t turn = 0; !BatchWriter::finished(position); ++turn) {
      const std::size_t room = 1 + (size * 7 + turn * 131) % out.size();
      const std::size_t written = writer.fill(view, position, {out.data() + out.size() - room, room});
      ASSERT_TRUE(written == room || BatchWriter::finished(position));
    }
  }
}

TEST_P(Kernels, AllocateNothingOncePrepared) {
  std::mt19937_64 random(7);
  std::string source = "id,name,c\n";
  while (source.size() < 2'000'000) source += "1,\"a \"\"b\"\"\",c\n2,b\n3,c,d,e\n4,\"multi\nline\",x\n";
  const csv::PaddedText text(source);
  csv::PlanSettings settings;
  settings.batch_size = 1000;
  std::size_t before = allocation_count();
  const Result<csv::Plan> plan = csv::make_plan(text.view(), settings);
  ASSERT_TRUE(plan);
  EXPECT_LT(allocation_count() - before, 100u) << "planning 170,000 rows";
  const BatchWriter writer(*plan, {"imp_1", "tpl_1", "all", plan->batch_count, plan->total_rows, "{}", "{}"});
  std::string buffer(100'000, '\0');
  before = allocation_count();
  std::size_t bytes = 0;
  for (std::uint64_t index = 1; index <= plan->batch_count; ++index) {
    Position position = writer.begin(*csv::locate(*plan, text.view(), index));
    while (!BatchWriter::finished(position)) bytes += writer.fill(text.view(), position, buffer);
  }
  EXPECT_EQ(allocation_count() - before, 0u);
  EXPECT_GT(bytes, source.size());
}

/// As a lane does it: each segment is rendered and signed while it is warm. The signature counts from its
/// beginning to the text of its header, with one secret and with two.
TEST_P(Kernels, AllocateNothingWhileABatchIsSigned) {
  std::string source = "id,name\n";
  while (source.size() < 500'000) source += "1,\"a, b\"\n22,c\n";
  const csv::PaddedText text(source);
  const Result<csv::Plan> plan = csv::make_plan(text.view(), {});
  ASSERT_TRUE(plan);
  const BatchWriter writer(*plan, {"imp_1", "tpl_1", "all", plan->batch_count, plan->total_rows, "{}", "{}"});
  const Result<sign::Secret> secret =
      sign::Secret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
  ASSERT_TRUE(secret);
  const std::array<sign::Secret, 2> secrets = {*secret, *secret};
  std::string buffer(16'384, '\0');
  for (std::uint64_t index = 1; index <= plan->batch_count; ++index) {
    const std::span<const sign::Secret> live = std::span(secrets).first(1 + index % 2);
    const std::size_t before = allocation_count();
    sign::Signer signer(live, "evt_01HF7YAT00000000000000000A", 1'700'000'000);
    Position position = writer.begin(*csv::locate(*plan, text.view(), index));
    while (!BatchWriter::finished(position))
      signer.update({buffer.data(), writer.fill(text.view(), position, buffer)});
    ASSERT_EQ(signer.finish().size(), index % 2 == 0 ? 47u : 95u);
    ASSERT_EQ(allocation_count() - before, 0u) << "batch " << index;
  }
}

/// Rows far into a file are found from the plan and written although nothing before their batch can be read.
TEST_P(Kernels, RowsFarIntoAFileNeedNotItsBeginning) {
  constexpr std::size_t page = 4096;
  std::string source = "id,name\n";
  constexpr std::uint64_t rows = 40'000;
  for (std::uint64_t row = 1; row <= rows; ++row) source += std::to_string(row) + ",\"na\nme\"\n";
  GuardedBytes file(source.size() + csv::padding_bytes);
  std::memcpy(file.data(), source.data(), source.size());
  std::memset(file.data() + source.size(), 0, csv::padding_bytes);
  const std::string_view view(file.data(), source.size());
  csv::PlanSettings settings;
  settings.batch_size = 1000;
  const Result<csv::Plan> plan = csv::make_plan(view, settings);
  ASSERT_TRUE(plan);
  const BatchWriter writer(*plan, {"imp_1", "tpl_1", "all", plan->batch_count, plan->total_rows, "{}", "{}"});
  std::string out(4000, '\0');
  for (const std::uint64_t row : {25'000u, 25'001u, 25'999u, 26'000u, 26'001u, 39'998u}) {
    const csv::BatchRange batch = *csv::locate(*plan, view, (row - 1) / 1000 + 1);
    const auto closed = (reinterpret_cast<std::uintptr_t>(file.data()) + batch.begin) / page * page;
    char* const mapped = file.data() - reinterpret_cast<std::uintptr_t>(file.data()) % page;
    const std::size_t closed_bytes = closed - reinterpret_cast<std::uintptr_t>(mapped);
    ASSERT_EQ(mprotect(mapped, closed_bytes, PROT_NONE), 0);
    const Result<csv::RowPosition> from = csv::locate_row(*plan, view, row);
    ASSERT_TRUE(from);
    Position position = writer.begin_rows(*from, 2, RowLayout::lines, false);
    const std::size_t written = writer.fill(view, position, out);
    ASSERT_EQ(mprotect(mapped, closed_bytes, PROT_READ | PROT_WRITE), 0);
    EXPECT_GT(written, 40u);
    EXPECT_EQ(from->row, row);
    EXPECT_TRUE(out.starts_with("{\"id\":\"" + std::to_string(row) + "\",\"name\":\"na\\nme\"}\n{\"id\":\"" +
                                std::to_string(row + 1) + "\""))
        << out.substr(0, 80);
  }
}

/// A position is a value: kept, copied and gone back to, it gives the same bytes.
TEST_P(Kernels, PositionsCanBeGoneBackTo) {
  std::mt19937_64 random(11);
  const csv::PaddedText text(random_csv(random, 20'000) + "\"");
  csv::PlanSettings settings;
  settings.delimiter = ',';
  Result<csv::Plan> plan = csv::make_plan(text.view(), settings);
  const csv::PaddedText closed(std::string(text.view()) + "\"");
  if (!plan) plan = csv::make_plan(closed.view(), settings);
  ASSERT_TRUE(plan) << plan.error().detail;
  const std::string_view file = plan->file_bytes == text.view().size() ? text.view() : closed.view();
  const BatchWriter writer(*plan, {});
  Position position = writer.begin(*csv::locate(*plan, file, 1));
  std::string first(777, '\0');
  std::string second(777, '\0');
  while (!BatchWriter::finished(position)) {
    Position copy = position;
    const std::size_t written = writer.fill(file, position, first);
    std::size_t again = 0;
    while (again < written)
      again += writer.fill(file, copy, {second.data() + again, std::min<std::size_t>(5, written - again)});
    ASSERT_EQ(first.substr(0, written), second.substr(0, written));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Kernels, testing::Values(csv::Isa::scalar, csv::Isa::avx2, csv::Isa::avx512),
                         [](const auto& kernel) { return std::string(csv::name(kernel.param)); });

}  // namespace
}  // namespace pulter::json
