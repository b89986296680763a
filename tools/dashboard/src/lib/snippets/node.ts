export const node = (path: string): string => `import { createServer } from "node:http";
import { createHmac, timingSafeEqual } from "node:crypto";

const secret = process.env.PULTER_SECRET;
const key = secret.startsWith("whsec_")
  ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
const seen = new Set(); // in your database: the same id twice is one batch

function verified(headers, body) {
  const id = headers["webhook-id"], time = headers["webhook-timestamp"];
  if (!(Math.abs(Date.now() / 1000 - Number(time)) < 300)) return false;
  const mine = createHmac("sha256", key).update(id + "." + time + ".").update(body).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some((each) => {
    const theirs = Buffer.from(each.replace(/^v1,/, ""), "base64");
    return theirs.length === mine.length && timingSafeEqual(theirs, mine);
  });
}

createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (request.url.split("?")[0] !== "${path}" || !verified(request.headers, body)) {
    return response.writeHead(401).end();
  }
  if (!seen.has(request.headers["webhook-id"])) {
    const batch = JSON.parse(body);
    console.log(batch.index, "of", batch.count, batch.data.length, "rows");
    seen.add(request.headers["webhook-id"]);
  }
  response.writeHead(200, { "Content-Type": "application/json" });
  response.end('{"errors":[]}');
}).listen(process.env.PORT ?? 9000);
`;
