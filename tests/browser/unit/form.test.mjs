import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

// These modules touch the page's globals when they load; what is tested does not.
globalThis.window ??= globalThis;
globalThis.location ??= { pathname: "/", search: "" };
globalThis.history ??= { state: null };
globalThis.localStorage ??= { getItem: () => null, setItem: () => undefined };

const { readSchedule, readHeaders } = await load("src/lib/form.ts");
const { safeNext } = await load("src/lib/router.ts");
const { sinceTime } = await load("src/lib/since.ts");
const { saidBy } = await load("src/lib/answer.ts");

test("Schedule.SpansWithUnits", () => {
  assert.deepEqual(readSchedule("0 s, 5 s, 30, 2 min, 1h, 3 h"), [0, 5, 30, 120, 3600, 10800]);
  for (const bad of ["", "1,,2", "soon", "1 d", "-5"]) assert.equal(readSchedule(bad), undefined, bad);
});

test("Headers.OneALine", () => {
  assert.deepEqual(readHeaders("X-Tenant: acme\n\nX-Url: http://a:1"), { "X-Tenant": "acme", "X-Url": "http://a:1" });
  assert.equal(readHeaders("no colon"), undefined);
});

test("Next.OnlyAPathOfThisPage", () => {
  assert.equal(safeNext("/events?state=halted"), "/events?state=halted");
  for (const bad of ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", null, "/a\\b", "/a\nb"]) assert.equal(safeNext(bad), "/", String(bad));
});

test("Since.RelativeAndExact", () => {
  const now = Date.parse("2026-11-23T17:00:31Z");
  assert.equal(sinceTime("1h", now), "2026-11-23T16:00:00.000Z");
  assert.equal(sinceTime("2026-11-01T00:00:00Z", now), "2026-11-01T00:00:00.000Z");
  assert.equal(sinceTime("nonsense", now), undefined);
});

test("Said.TheMessageOfAnAnswer", () => {
  assert.equal(saidBy({ responseBody: '{"error":{"code":"x","message":"no such plan"}}' }), "no such plan");
  assert.equal(saidBy({ responseBody: '{"errors":[{"message":"first"},{"message":"second"}]}' }), "first");
  assert.equal(saidBy({ responseBody: "plain words\nmore" }), "plain words");
  assert.equal(saidBy({ responseBody: "<html><script>" }), undefined);
  assert.equal(saidBy({ responseBody: "" }), undefined);
  assert.ok(saidBy({ responseBody: "x".repeat(5000) }).length <= 161);
});
