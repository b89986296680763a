// A receiver that verifies every request and answers as it is told to.

import { createHmac } from "node:crypto";
import { createServer } from "node:http";

const keyOf = (secret) => (secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret));

export function signature(secret, id, timestamp, body) {
  return `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest("base64")}`;
}

/** `answer(batch, request)` gives `{status, body?, headers?}`, or a promise of it; the default accepts. */
export async function startReceiver() {
  const state = { answer: () => ({ status: 200, body: '{"errors":[]}' }), requests: [] };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    const batch = JSON.parse(body.toString());
    const headers = request.headers;
    state.requests.push({ batch, body, headers });
    const { status, body: text = "", headers: more = {} } = await state.answer(batch, request);
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text), ...more }).end(text);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    state,
    /** Whether a request carries a signature by `secret`. */
    verifies: (request, secret) =>
      request.headers["webhook-signature"].split(" ").includes(signature(secret, request.headers["webhook-id"], request.headers["webhook-timestamp"], request.body)),
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
