import assert from "node:assert/strict";
import test from "node:test";
import { load } from "../ts.mjs";

const { runs, runsOfBytes, isHidden, flat, sequenceSize } = await load("src/lib/hostile.ts");
const boxes = (list) => list.filter((run) => run.boxed).map((run) => run.text);
const joined = (list) => list.map((run) => run.text).join("");

test("Hidden.EveryControlBidiAndZeroWidthIsBoxed", () => {
  const ranges = [[0x00, 0x1f], [0x7f, 0x9f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0xfff9, 0xfffb], [0xe0000, 0xe007f]];
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code += 1) {
      const list = runs(`a${String.fromCodePoint(code)}b`);
      assert.equal(list.length, 3, code.toString(16));
      assert.ok(list[1].boxed);
    }
  }
  for (const code of [0x61c, 0xfeff, 0xad, 0x180e]) assert.ok(isHidden(code));
  for (const text of ["Zoë Müller", "日本語", "عربي", "🎉", "a b", "<b>"]) assert.deepEqual(boxes(runs(text)), []);
});

test("Hidden.LoneSurrogatesAreBoxed", () => {
  assert.deepEqual(boxes(runs("a\ud800b")), ["U+D800"]);
});

test("Runs.NothingIsLostOrAdded", () => {
  const text = "\u202Etxet\u0000<script>\r\n\tx\u{1F600}";
  assert.equal(runs(text).filter((run) => !run.boxed).map((run) => run.text).join(""), "txet<script>x\u{1F600}");
  assert.equal(joined(runs(text, true)).includes("\r\n\tx"), true);
  assert.deepEqual(boxes(runs("a\rb", true)), ["␍"]);
});

test("Bytes.InvalidUtf8IsShownByteByByte", () => {
  const list = runsOfBytes(Uint8Array.from([0x61, 0xff, 0xc3, 0x28, 0xe2, 0x82, 0x28, 0xf0, 0x9f, 0x98, 0x80]));
  assert.deepEqual(boxes(list), ["\\xFF", "\\xC3", "\\xE2", "\\x82"]);
  assert.equal(list.filter((run) => !run.boxed).map((run) => run.text).join(""), "a((\u{1F600}");
});

test("Bytes.AgreesWithTheBrowsersDecoder", () => {
  let state = 5;
  const next = () => (state = (state * 1103515245 + 12345) & 0x7fffffff) >> 8;
  for (let round = 0; round < 3000; round += 1) {
    const bytes = Uint8Array.from({ length: 1 + (next() % 8) }, () => (next() % 3 ? 0x80 + (next() % 0x80) : next() % 256));
    let ok = true;
    for (let at = 0; at < bytes.length; ) {
      const size = sequenceSize(bytes, at);
      if (!size) ok = false;
      at += size || 1;
    }
    let decoded = true;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      decoded = false;
    }
    assert.equal(ok, decoded, Buffer.from(bytes).toString("hex"));
  }
});

test("Flat.NamesWhatCannotBeBoxedAndIsBounded", () => {
  assert.equal(flat("a\u202Eb\u0000"), "a[U+202E]b[NUL]");
  assert.ok(flat("x".repeat(10_000)).length <= 401);
});
