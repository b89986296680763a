// Spans of time in an address, and what a person reads and types of them.

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

process.env.TZ = "Asia/Kolkata";
const s = await load("src/lib/since.ts");
const f = await load("src/lib/format.ts");
const now = Date.parse("2026-11-24T03:00:30.000Z");

test("Since.RelativeInWholeMinutesOrTheTimeItself", () => {
  assert.equal(s.sinceTime("1h", now), "2026-11-24T02:00:00.000Z");
  assert.equal(s.sinceTime("2026-11-23T17:00:00+01:00", now), "2026-11-23T16:00:00.000Z");
  for (const text of [undefined, null, "", "nonsense", "2026-13-40", "1 hour"]) assert.equal(s.sinceTime(text, now), undefined, String(text));
  assert.equal(s.readSince("nonsense"), undefined);
  assert.equal(s.readSince("24h"), "24h");
});

test("Since.WhatIsTypedIsOfTheReadersZoneAndComesBackAsItWas", () => {
  for (const text of ["2026-11-24T08:30", "2026-11-24T08:30:15", "2025-01-01T00:00"]) assert.equal(s.toInput(s.fromInput(text)), text);
  assert.equal(s.fromInput("2026-11-24T08:30"), "2026-11-24T03:00:00.000Z");
  assert.equal(s.fromInput(""), undefined);
  assert.equal(s.toInput(undefined), "");
  assert.equal(s.toInput("1h", now), "2026-11-24T07:30");
});

test("Since.WithinTakesTheBeginAndLeavesTheEnd", () => {
  const span = { since: "2026-11-24T03:00:00.000Z", until: "2026-11-24T04:00:00.000Z" };
  assert.ok(s.isWithin("2026-11-24T03:00:00.000Z", span));
  assert.ok(!s.isWithin("2026-11-24T04:00:00.000Z", span));
  assert.ok(!s.isWithin("2026-11-24T02:59:59.999Z", span));
  assert.ok(s.isWithin("2026-11-24T02:59:59.999Z", {}));
});

test("Since.Words", () => {
  assert.equal(s.sinceWords("24h"), "last 24 h");
  assert.equal(s.untilWords("24h"), "before the last 24 h");
  const year = new Date().getFullYear();
  assert.equal(s.sinceWords(`${year}-01-02T03:00:00Z`), "from 2 Jan 08:30");
  assert.equal(s.untilWords("2019-01-02T03:00:05Z"), "2 Jan 2019 08:30:05");
  assert.equal(f.zone(new Date()), "UTC+5:30");
  assert.equal(f.exactHere(new Date("2019-01-02T20:00:05.204Z")), "2019-01-02 20:00:05.204 UTC, here 3 Jan 2019 01:30:05 (UTC+5:30)");
});
