// The verification code that the page offers: run as it is copied, against requests signed here and, where PULTERD
// names the daemon, against what a real one sends. Languages that are not on the machine are skipped, and say so.

import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { startDaemon } from "./daemon.mjs";
import { signature } from "./receiver.mjs";
import { load } from "./ts.mjs";

const run = promisify(execFile);
const { snippets } = await load("src/lib/snippets/index.ts");
const { colour } = await load("src/lib/colour_code.ts");
const path = "/hooks/pulter";
const secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const plainSecret = "a secret that is no base64";
const body =
  '{"id":"clewr9x160001bxowssfzcznm","templateId":"cl6q9lmji2146jk99hfc01rea","index":1,"count":1,"totalRows":1,"event_name":"all",' +
  '"data":[{"last_name":"Rodmann é","age":"44","__index":"ee6add27-e2c1-44f7-8ab2-08a6e0423206"}],"user":{"id":"modu8402j7gqtltvqx264p"},"metadata":{}}';

const have = (program, ...args) => spawnSync(program, args, { stdio: "ignore" }).status === 0;
const languages = {
  node: { file: "receiver.mjs", here: true, start: (dir) => ["node", ["receiver.mjs"], dir] },
  python: { file: "receiver.py", here: have("python3", "--version"), start: (dir) => ["python3", ["receiver.py"], dir] },
  go: { file: "main.go", here: have("go", "version"), start: (dir) => ["go", ["run", "main.go"], dir] },
  php: { file: "receiver.php", here: have("php", "--version"), start: (dir, port) => ["php", ["-S", `127.0.0.1:${port}`, "receiver.php"], dir] },
  ruby: { file: "receiver.rb", here: have("ruby", "-e", "require 'webrick'"), start: (dir) => ["ruby", ["receiver.rb"], dir] },
  java: { file: "Receiver.java", here: have("javac", "-version"), build: ["javac", ["Receiver.java"]], start: (dir) => ["java", ["Receiver"], dir] },
};

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startProgram(language, code, withSecret) {
  const dir = await mkdtemp(join(tmpdir(), "pulter-snippet-"));
  const port = await freePort();
  await writeFile(join(dir, language.file), code);
  if (language.build) await run(...language.build, { cwd: dir });
  const [program, args] = language.start(dir, port);
  const child = spawn(program, args, { cwd: dir, env: { ...process.env, PULTER_SECRET: withSecret, PORT: String(port) }, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let words = "";
  child.stdout.on("data", (text) => (words += text));
  child.stderr.on("data", (text) => (words += text));
  const url = `http://127.0.0.1:${port}${path}`;
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(url, { method: "POST", body: "{}" });
      break;
    } catch (error) {
      if (tries > 1800 || child.exitCode !== null) throw new Error(`${program} did not start: ${words}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const stop = async () => {
    // The whole group: "go run" starts a program of its own.
    process.kill(-child.pid, "SIGKILL");
    await rm(dir, { recursive: true, force: true });
  };
  return { url, stop, words: () => words };
}

const now = () => Math.floor(Date.now() / 1000);
function send(url, { with: key = secret, text = body, id = "evt_01KAR8C3F5N1V7X0Q2D4MHJ6Q7", at = now(), signatures } = {}) {
  const headers = { "webhook-id": id, "webhook-timestamp": String(at), "webhook-signature": signatures ?? signature(key, id, at, text), "Content-Type": "application/json" };
  return fetch(url, { method: "POST", headers, body: text }).then((answer) => answer.status);
}

let daemon;
test.after(async () => (await daemon)?.stop());

/** One file through a real daemon to `url`, signed with `key`: how its import ends, and the last answer. */
async function deliver(url, key) {
  daemon ??= startDaemon();
  const { url: base, token } = await daemon;
  const call = async (method, to, text, type = "application/json") => {
    const answer = await fetch(base + to, { method, headers: { Authorization: `Bearer ${token}`, "Content-Type": type }, body: text });
    assert.ok(answer.ok, `${method} ${to}: ${answer.status}`);
    return answer.json();
  };
  const importer = await call("POST", "/v1/importers", JSON.stringify({ name: url }));
  await call("POST", "/v1/webhooks", JSON.stringify({ url, secret: key, templateId: importer.id, events: ["all", "import.completed"] }));
  const { id } = await call("POST", `/v1/imports?templateId=${importer.id}&batchSize=2&fileName=a.csv`, "name,note\nZoë,\"a \"\"b\"\"\"\nJo,\u2028\nLi,<b>\n", "text/csv");
  for (;;) {
    const value = await call("GET", `/v1/imports/${id}`);
    if (["completed", "halted", "failed"].includes(value.state)) return `${value.state} ${value.lastStatus}`;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

for (const snippet of snippets) {
  const language = languages[snippet.id];
  const skip = !language.here && `${snippet.name} is not on this machine`;
  test(`Snippet.${snippet.name}`, { skip, timeout: 600_000 }, async (t) => {
    const program = await startProgram(language, snippet.code(`https://example.com${path}`), secret);
    t.after(program.stop);
    assert.equal(await send(program.url), 200, "a signed request");
    assert.equal(await send(program.url), 200, "the same once more");
    assert.equal(await send(`${program.url}?tenant=a&b=%20`), 200, "a URL with a query");
    assert.equal(await send(program.url, { signatures: `v1,${"A".repeat(43)}= ${signature(secret, "evt_2", now(), body)}`, id: "evt_2" }), 200, "the second of two signatures");
    assert.equal(await send(program.url, { with: "whsec_AAAA" }), 401, "another secret");
    assert.equal(await send(program.url, { signatures: signature(secret, "evt_01KAR8C3F5N1V7X0Q2D4MHJ6Q7", now(), `${body} `) }), 401, "another body");
    assert.equal(await send(program.url, { at: now() - 3600 }), 401, "an old timestamp");
    assert.equal(await send(program.url, { signatures: "" }), 401, "no signature");
    assert.equal(await send(program.url, { signatures: "v1," }), 401, "an empty signature");
    if (process.env.PULTERD) {
      assert.equal(await deliver(program.url, secret), "completed 200", "a file by a real daemon");
      assert.equal(await deliver(program.url, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHhA="), "halted 401", "and with another secret");
    }
    const other = await startProgram(language, snippet.code(`https://example.com${path}`), plainSecret);
    t.after(other.stop);
    assert.equal(await send(other.url, { with: plainSecret }), 200, "a secret without whsec_");
  });
}

test("Snippets.HoldNoSecretAndNoForeignPath", () => {
  for (const snippet of snippets) {
    const code = snippet.code('https://example.com/a"; system("x"); //\n');
    assert.ok(!code.includes("system("), snippet.id);
    assert.ok(code.includes("PULTER_SECRET"), snippet.id);
    assert.ok(snippet.code("https://example.com/hooks/a@b:1,c;v=2?key=hidden").includes('"/hooks/a@b:1,c;v=2"'), snippet.id);
    assert.ok(!snippet.code("https://example.com/a?key=hidden").includes("hidden"), snippet.id);
    assert.equal(colour(code).map((piece) => piece.text).join(""), code, "colouring loses nothing");
  }
});
