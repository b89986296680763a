// A day's work in Node: csv-parse, crypto, undici. Keeps nothing, retries nothing; see ../README.md for how it is called.
import { createHmac, randomUUID } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parse } from "csv-parse";
import { Agent, request } from "undici";

const importId = "imp_01ARZ3NDEKTSV4RRFFQ69G5FAV";
const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

const rowsOf = (path) => createReadStream(path).pipe(parse());

async function send(url, secret, id, body) {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const mac = createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const answer = await request(url, {
    method: "POST",
    dispatcher,
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${mac}`,
    },
  });
  await answer.body.dump();
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
}

async function deliver(path, url, batchSize, secret) {
  let totalRows = -1;
  for await (const _ of rowsOf(path)) totalRows += 1;
  const count = Math.ceil(totalRows / batchSize);
  let names;
  let data = [];
  let index = 0;
  const flush = async () => {
    index += 1;
    const body = JSON.stringify({
      id: importId, templateId: "default", index, count, totalRows, event_name: "all", data, user: { id: "u1" }, metadata: {},
    });
    data = [];
    await send(url, secret, `evt_${index}`, Buffer.from(body));
  };
  for await (const cells of rowsOf(path)) {
    if (!names) {
      names = cells;
      continue;
    }
    const row = {};
    for (let i = 0; i < names.length; i += 1) row[names[i]] = cells[i] ?? "";
    row.__index = randomUUID();
    data.push(row);
    if (data.length === batchSize) await flush();
  }
  if (data.length > 0) await flush();
}

async function deliverToAll(path, list, batchSize, secret) {
  const urls = readFileSync(list, "utf8").split("\n").filter(Boolean);
  const input = createInterface({ input: process.stdin });
  console.log("ready");
  await new Promise((resolve) => input.once("line", resolve));
  input.close();
  await Promise.all(urls.map((url) => deliver(path, url, batchSize, secret)));
}

const [mode, path, target, batchSize, secret] = process.argv.slice(2);
await (mode === "firehose" ? deliver : deliverToAll)(path, target, Number(batchSize), secret);
await dispatcher.close();
