import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

const f = await load("src/lib/format.ts");

test("Spans.OneUnitRoundedDown", () => {
  const cases = [[0, "0.0 s"], [200, "0.2 s"], [999, "1.0 s"], [1000, "1 s"], [59_999, "59 s"], [60_000, "1 min"], [3_599_999, "59 min"], [3_600_000, "1 h"], [86_399_999, "23 h"], [172_800_000, "2 d"], [-5, "0.0 s"]];
  for (const [ms, text] of cases) assert.equal(f.span(ms), text);
  assert.equal(f.longSpan(12 * 86_400_000), "12 days");
  assert.equal(f.longSpan(3_600_000), "1 hour");
});

test("Countdown.RoundsUpSoThatZeroMeansNow", () => {
  assert.equal(f.countdown(72_000), "1:12");
  assert.equal(f.countdown(71_001), "1:12");
  assert.equal(f.countdown(4_200), "0:05");
  assert.equal(f.countdown(-1), "0:00");
  assert.equal(f.countdown(7_265_000), "2:01:05");
});

test("Bytes.DecimalUnits", () => {
  const cases = [[0, "0 B"], [999, "999 B"], [1000, "1 kB"], [1337, "1.3 kB"], [148_000_000, "148 MB"], [11_200_000_000, "11.2 GB"], [999_600, "1 MB"]];
  for (const [n, text] of cases) assert.equal(f.bytes(n), text);
});

test("Counts.Grouped", () => {
  assert.equal(f.count(100_000_000), "100,000,000");
  assert.equal(f.compact(25_000), "25k");
  assert.equal(f.compact(2_500), "2.5k");
  assert.equal(f.shortMs(1900), "1.9 s");
  assert.equal(f.plural(1, "batch", "batches"), "1 batch");
  assert.equal(f.plural(1200, "batch", "batches"), "1,200 batches");
});

test("Scale.NiceTopIsAboveTheHighest", () => {
  for (const [max, least, top] of [[42_000, 4, 50_000], [0, 4, 4], [740, 10, 800], [31_500, 4, 40_000], [1000, 4, 2000]]) {
    assert.equal(f.niceTop(max, least), top);
    assert.ok(f.niceTop(max, least) >= max);
  }
});

test("Names.HostAndPath", () => {
  assert.equal(f.hostPath("https://hooks.acme-crm.com/pulter?x=1"), "hooks.acme-crm.com/pulter");
  assert.equal(f.hostPath("https://a.example/"), "a.example");
  assert.equal(f.hostPath("javascript:alert(1)"), "javascript:alert(1)");
  assert.equal(f.shortId("evt_01KAR8C3F5N1V7X0Q2D4MHJ6Q7"), "evt_01KAR…Q7");
  assert.equal(f.seconds(120), "2 min");
  assert.equal(f.seconds(5400), "1 h 30 min");
});
