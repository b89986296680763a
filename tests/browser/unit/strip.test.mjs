import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

const { Strip, codeOfEvent, severity, withCodes } = await load("src/lib/strip_model.ts");

test("Strip.OneCellABatchUpTo1000", () => {
  for (const count of [1, 49, 50, 51, 200, 1000]) {
    const strip = new Strip(count);
    assert.equal(strip.perCell, 1);
    assert.equal(strip.cells, count);
    assert.equal(strip.rows, Math.ceil(count / 50));
  }
});

test("Strip.AboveThatAtMost1000Cells", () => {
  for (const count of [1001, 1999, 20_000, 20_001, 1_000_000]) {
    const strip = new Strip(count);
    assert.ok(strip.cells <= 1000);
    assert.equal(strip.rangeOf(strip.cells - 1)[1], count);
    for (const batch of [1, 17, 1000, count]) {
      const [from, to] = strip.rangeOf(strip.cellOf(batch));
      assert.ok(from <= batch && batch <= to);
    }
  }
});

test("Strip.TheWorstOutcomeShows", () => {
  const strip = new Strip(20_000);
  for (const code of [...severity].reverse()) {
    strip.set(41 + severity.indexOf(code), code);
    assert.equal(strip.worst(2), code === "." ? "." : code);
  }
});

test("Strip.SetNamesTheCellOnlyWhenItChanged", () => {
  const strip = new Strip(20_000);
  assert.equal(strip.set(11_483, "w"), 574);
  assert.equal(strip.set(11_483, "w"), -1);
  assert.equal(strip.set(0, "d"), -1);
  assert.equal(strip.set(20_001, "d"), -1);
});

test("Strip.KeysStayInside", () => {
  const strip = Strip.parse("ddrd..h...");
  assert.equal(strip.move(1, "ArrowLeft"), 1);
  assert.equal(strip.move(10, "ArrowRight"), 10);
  assert.equal(strip.move(1, "ArrowDown"), 10);
  assert.equal(strip.move(5, "Home"), 1);
  assert.equal(strip.move(5, "End"), 10);
  assert.equal(strip.move(1, "]"), 3);
  assert.equal(strip.move(3, "]"), 7);
  assert.equal(strip.move(7, "]"), 7);
  assert.equal(strip.move(7, "["), 3);
  assert.equal(strip.move(1, "q"), undefined);
  assert.equal(new Strip(20_000).move(5, "ArrowRight", true), 25);
});

test("Strip.CountsFollowEveryChange", () => {
  const strip = Strip.parse("ddrd..h..?");
  for (const [batch, code] of [[5, "f"], [5, "d"], [7, "w"], [7, "r"], [10, "x"], [10, "x"], [99, "d"], [1, "e"]]) strip.set(batch, code);
  const counted = { ".": 0, d: 0, r: 0, e: 0, f: 0, w: 0, h: 0, x: 0 };
  for (let batch = 1; batch <= strip.count; batch += 1) counted[strip.codeOf(batch)] += 1;
  assert.deepEqual(strip.tally(), counted);
  assert.equal(new Strip(7).tally()["."], 7);
});

test("Strip.ChangesStandOverAnOlderAnswer", () => {
  assert.equal(withCodes("ddf...", new Map([[3, "d"], [4, "f"], [0, "x"], [7, "x"]])), "dddf..");
  assert.equal(withCodes("ddf", new Map()), "ddf");
});

test("Strip.UnknownLettersAreNotSent", () => {
  assert.equal(Strip.parse("d?<").codeOf(2), ".");
});

test("Strip.SummaryAndRanges", () => {
  const strip = Strip.parse(`${"d".repeat(10)}rr${"d".repeat(3)}h....`);
  assert.equal(strip.summary(), "15 of 20 delivered, 2 after a retry, halted at 16");
  assert.deepEqual(strip.ranges().map((each) => [each.from, each.to, each.code]), [[1, 10, "d"], [11, 12, "r"], [13, 15, "d"], [16, 16, "h"], [17, 20, "."]]);
});

test("Strip.WhatAnEventMeansForItsBatch", () => {
  const event = (fields) => codeOfEvent({ state: "pending", attempts: 0, nextAttemptAt: null, ...fields });
  assert.equal(event({}), ".");
  assert.equal(event({ attempts: 1 }), "w");
  assert.equal(event({ state: "delivering", attempts: 1 }), "f");
  assert.equal(event({ state: "delivered", attempts: 1 }), "d");
  assert.equal(event({ state: "delivered", attempts: 2 }), "r");
  assert.equal(event({ state: "delivered", attempts: 2, rowErrors: 1 }), "e");
  assert.equal(event({ state: "halted", attempts: 1 }), "h");
  assert.equal(event({ state: "cancelled" }), "x");
});
