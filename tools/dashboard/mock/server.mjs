// A stand-in for pulterd, for looking at the page and for its tests: node mock/server.mjs [--port N] [--world NAME]
//   seed     every state that there is (default)
//   empty    nothing yet
//   failing  every call but the session's answers 503
//   slow     every call takes 3 s
// Sign in with the token mock-admin or mock-read.

import { createServer } from "node:http";
import { gzipSync } from "node:zlib";
import { buildFiles } from "../build.mjs";
import { routes, signIn } from "./routes.mjs";
import { seed } from "./seed.mjs";
import { newImporter, Problem, World } from "./world.mjs";

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
  "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const pageHeaders = {
  "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
};
const pages = /^\/($|(imports|events|webhooks|importers|upload|signin)(\/|$))/;

async function readAll(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
}

function sendFile(request, response, file) {
  const headers = { ...pageHeaders, "Content-Type": file.type, ETag: file.etag, "Cache-Control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache" };
  if (request.headers["if-none-match"] === file.etag) return response.writeHead(304, headers).end();
  const zipped = /gzip/.test(request.headers["accept-encoding"] ?? "");
  if (zipped) headers["Content-Encoding"] = "gzip";
  return response.writeHead(200, headers).end(zipped ? gzipSync(file.bytes) : file.bytes);
}

function sendAnswer(request, response, answer) {
  const base = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", ...answer.headers };
  if (!answer.raw) {
    if (answer.body === undefined) return response.writeHead(answer.status, base).end();
    return response.writeHead(answer.status, { ...base, "Content-Type": answer.status >= 400 ? "application/problem+json" : "application/json" }).end(JSON.stringify(answer.body));
  }
  const headers = { ...base, "Content-Type": answer.type };
  if (answer.name) Object.assign(headers, { "Content-Disposition": `attachment; filename="${answer.name}"`, "Content-Security-Policy": "sandbox; default-src 'none'" });
  const range = answer.ranges && /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
  if (!range) return response.writeHead(answer.status, headers).end(answer.raw);
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), answer.raw.length - 1)];
  return response.writeHead(206, { ...headers, "Content-Range": `bytes ${from}-${to}/${answer.raw.length}` }).end(answer.raw.subarray(from, to + 1));
}

function stream(world, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write("retry: 2000\n\n");
  world.listeners.add(response);
  response.on("close", () => world.listeners.delete(response));
}

function sessionOf(world, request) {
  const cookie = /(?:^|; )pulter_session=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  return { cookie, session: cookie && world.sessions.get(cookie) };
}

async function callSession(world, request) {
  const { cookie, session } = sessionOf(world, request);
  if (request.method === "POST") {
    const made = signIn(world, JSON.parse((await readAll(request)).toString()).token);
    return { status: 200, body: made.session, headers: { "Set-Cookie": `pulter_session=${made.cookie}; HttpOnly; SameSite=Strict; Path=/` } };
  }
  if (!session) throw new Problem(401, "unauthorized", "sign in first");
  if (request.method === "GET") return { status: 200, body: session };
  world.sessions.delete(cookie);
  return { status: 204, headers: { "Set-Cookie": "pulter_session=; Max-Age=0; Path=/" } };
}

async function call(world, request, url) {
  if (url.pathname === "/v1/session") return callSession(world, request);
  const { session } = sessionOf(world, request);
  if (!session) throw new Problem(401, "unauthorized", "sign in first");
  if (world.kind === "failing") throw new Problem(503, "store_unavailable", "the store could not be asked: database disk image is malformed");
  if (world.kind === "slow") await new Promise((resolve) => setTimeout(resolve, 3000));
  const changing = request.method !== "GET";
  if (changing && request.headers["x-csrf-token"] !== session.csrfToken) throw new Problem(403, "csrf", "the X-CSRF-Token header is missing or wrong");
  if (changing && session.scope !== "admin" && url.pathname !== "/v1/check") throw new Problem(403, "forbidden", `the scope ${session.scope} may not do this`);
  for (const [method, pattern, handler] of routes) {
    const match = new RegExp(`^${pattern.replace("{id}", "([^/]+)")}$`).exec(url.pathname);
    if (!match || method !== request.method) continue;
    const bytes = changing ? await readAll(request) : Buffer.alloc(0);
    const isJson = (request.headers["content-type"] ?? "").startsWith("application/json");
    const body = isJson && bytes.length ? JSON.parse(bytes.toString()) : {};
    return handler({ world, id: match[1] && decodeURIComponent(match[1]), query: url.searchParams, body, bytes, key: request.headers["idempotency-key"] });
  }
  throw new Problem(404, "not_found", `there is no resource at ${url.pathname}`);
}

/** Starts a mock on `port` (0: any); returns its address, its world and how to stop it. */
export async function startMock({ port = 0, kind = "seed", files } = {}) {
  const built = files ?? (await buildFiles());
  const byPath = new Map(built.map((file) => [file.path, file]));
  const world = new World();
  world.kind = kind;
  if (kind === "empty") world.importers.set("default", newImporter({ id: "default", name: "default" }));
  else seed(world);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://localhost");
    try {
      if (url.pathname === "/v1/stream" && sessionOf(world, request).session) return stream(world, response);
      if (url.pathname.startsWith("/v1/")) return sendAnswer(request, response, await call(world, request, url));
      const file = byPath.get(url.pathname) ?? (pages.test(url.pathname) ? byPath.get("/index.html") : undefined);
      return file ? sendFile(request, response, file) : response.writeHead(404).end();
    } catch (error) {
      if (!(error instanceof Problem)) console.error(error);
      const body = error.body ?? { title: "Internal Server Error", status: 500, code: "internal", detail: String(error) };
      return sendAnswer(request, response, { status: body.status, body });
    }
  });
  server.requestTimeout = 0;
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const heartbeat = setInterval(() => world.listeners.forEach((each) => each.write(":\n\n")), 10000);
  heartbeat.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    world,
    stop: () => {
      clearInterval(heartbeat);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

if (process.argv[1]?.endsWith("server.mjs")) {
  const argument = (name, fallback) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : fallback);
  const mock = await startMock({ port: Number(argument("--port", 8090)), kind: argument("--world", "seed") });
  console.log(`${mock.url}  sign in with mock-admin or mock-read`);
}
