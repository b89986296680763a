import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

const { BodyReader, partBytes } = await load("src/lib/body_reader.ts");
const { bodyLines, linesOf } = await load("src/lib/json_lines.ts");
const { retryAfterMs } = await load("src/lib/retry_after.ts");

function body(rows, make) {
  const data = Array.from({ length: rows }, (_, i) => make(i + 1));
  return { bytes: Buffer.from(JSON.stringify({ id: "imp_1", templateId: "t", index: 1, count: 1, totalRows: rows, event_name: "all", data, user: { id: "u]}\"" }, metadata: { a: [1, { b: "}" }] } })), data };
}

function reader(bytes) {
  let calls = 0;
  const value = new BodyReader(async (from, to) => {
    calls += 1;
    assert.ok(to - from < partBytes);
    return { bytes: bytes.subarray(from, to + 1), total: bytes.length };
  }, bytes.length);
  return { value, calls: () => calls };
}

const tricky = (row) => ({ a: `x"${row}\\`, b: "}],[{", "c[": "\n", __extra: ["]", "}"], __index: String(row) });

test("Body.RowsAcrossParts", async () => {
  const { bytes, data } = body(20_000, tricky);
  const { value, calls } = reader(bytes);
  assert.deepEqual(await value.rows(1, 20), data.slice(0, 20));
  assert.equal(calls(), 1);
  assert.deepEqual(await value.rows(9_990, 20), data.slice(9_989, 10_009));
  assert.deepEqual(await value.rows(19_995, 20), data.slice(19_994));
  assert.equal(value.rowsFound, 20_000);
});

test("Body.EnvelopeBeforeAndAfterTheEndIsKnown", async () => {
  const { bytes } = body(20_000, tricky);
  const { value } = reader(bytes);
  const early = await value.envelope();
  assert.equal(early.id, "imp_1");
  assert.equal(early.user, undefined);
  await value.find(20_001);
  assert.deepEqual((await value.envelope()).metadata, { a: [1, { b: "}" }] });
});

test("Body.NoRows", async () => {
  const { bytes } = body(0, tricky);
  const { value } = reader(bytes);
  assert.deepEqual(await value.rows(1, 20), []);
  assert.deepEqual((await value.envelope()).data, []);
});

test("Lines.SameTextAsJson", () => {
  const value = { a: 'x"\\', b: [1, true, null, {}], c: { d: [] } };
  const text = linesOf(value).map((line) => "  ".repeat(line.indent) + line.pieces.map((piece) => piece.text).join("")).join("\n");
  assert.equal(text, JSON.stringify(value, null, 2));
});

test("Lines.PartOfABodySaysSo", () => {
  const lines = bodyLines({ id: "i", data: [], user: {} }, [{ a: "1" }], "5,000 rows, 1 shown", true);
  const text = lines.map((line) => line.pieces.map((piece) => piece.text).join("")).join("|");
  assert.equal(text, '{|"id": "i",|"data": [ 5,000 rows, 1 shown|{|"a": "1"|},|…|],|"user": {}|}');
});

test("RetryAfter.SecondsAndDates", () => {
  const now = Date.parse("2026-11-23T17:00:00Z");
  assert.equal(retryAfterMs("120", now), 120_000);
  assert.equal(retryAfterMs("Mon, 23 Nov 2026 17:01:00 GMT", now), 60_000);
  assert.equal(retryAfterMs("Monday, 23-Nov-26 17:01:00 GMT", now), 60_000);
  assert.equal(retryAfterMs("Sun, 22 Nov 2026 17:01:00 GMT", now), 0);
  assert.equal(retryAfterMs("99999999", now), 86_400_000);
  for (const bad of ["-1", "120.5", "1e3", "soon", "<b>", ""]) assert.equal(retryAfterMs(bad, now), undefined, bad);
});

test("Json.LongTextsAndListsAreCutAndSaySo", () => {
  const words = (value) => linesOf(value).map((line) => line.pieces.map((piece) => piece.text).join(""));
  const [, cell, , , first] = linesOf({ a: "\u0000".repeat(16 << 20), b: "short", c: ["x"] });
  assert.ok(cell.pieces.every((piece) => piece.text.length <= 2001), "what is laid out is bounded");
  assert.match(cell.pieces.map((piece) => piece.text).join(""), /… 16,775,216 more characters, see Raw "/);
  assert.ok(first);
  assert.deepEqual(words({ b: "x".repeat(2000) })[1], `"b": "${"x".repeat(2000)}"`);
  // A character of two halves is not cut in two.
  assert.match(words([`${"x".repeat(1999)}\u{1F600}y`])[1], /^"x{1999}… 3 more/);
  const long = words(Array.from({ length: 300_000 }, () => ""));
  assert.equal(long.length, 1003);
  assert.equal(long.at(-2), "… 299,000 more, see Raw");
  assert.match(words({ ["k".repeat(5000)]: 1 })[1], /3,000 more characters/);
});
