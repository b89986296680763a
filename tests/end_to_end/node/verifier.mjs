// A receiver that checks each request with the published verifier library and nothing else:
//   node verifier.mjs SECRET RAW_SECRET READY_FILE SUMMARY_FILE
// /prefixed is verified with SECRET (whsec_…), /raw with RAW_SECRET as raw bytes. SIGTERM writes the summary.
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [secret, rawSecret, readyFile, summaryFile] = process.argv.slice(2);
const verifiers = {
  "/prefixed": new Webhook(secret),
  "/raw": new Webhook(new TextEncoder().encode(rawSecret), { format: "raw" }),
};
const summary = { accepted: {}, rows: {}, refused: [] };

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      const body = verifiers[request.url].verify(Buffer.concat(parts).toString("utf8"), request.headers);
      summary.accepted[request.url] = (summary.accepted[request.url] ?? 0) + 1;
      summary.rows[request.url] = (summary.rows[request.url] ?? 0) + body.data.length;
      response.writeHead(200).end();
    } catch (error) {
      summary.refused.push(`${request.url} ${error}`);
      response.writeHead(401).end(String(error));
    }
  });
});
server.listen(0, "127.0.0.1", () => writeFileSync(readyFile, `127.0.0.1:${server.address().port}\n`));
process.on("SIGTERM", () => {
  writeFileSync(summaryFile, JSON.stringify(summary));
  process.exit(0);
});
