// Uploads from a web page of another origin with a publishable key, in a real browser against a real daemon.

import assert from "node:assert/strict";
import { createServer, get } from "node:http";
import test from "node:test";
import { openBrowser, signIn, whyNoBrowser } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";
import { startReceiver } from "./receiver.mjs";

/** A page of its own origin with nothing on it. */
async function startSite() {
  const server = createServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>a shop</title>"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => (server.closeAllConnections(), new Promise((resolve) => server.close(resolve))) };
}

/** What the page's own script gets: a status and the answer, or "blocked" by the browser. */
const upload = (page, url, key, body = "name\nAda\n") =>
  page.evaluate(
    ([to, token, csv]) =>
      fetch(to, { method: "POST", headers: { Authorization: `Bearer ${token}`, "Content-Type": "text/csv" }, body: csv }).then(
        async (answer) => ({ status: answer.status, ...(await answer.json()) }),
        () => "blocked",
      ),
    [url, key, body],
  );

test("Publish.APageThatIsLetInUploadsAndNothingElse", { skip: whyNoBrowser || (!process.env.PULTERD && "needs PULTERD and PULTER"), timeout: 600_000 }, async (t) => {
  const [shop, stranger, receiver] = await Promise.all([startSite(), startSite(), startReceiver()]);
  const daemon = await startDaemon("--allowed-origin", shop.origin);
  const { page, close } = await openBrowser();
  t.after(async () => {
    await close();
    await Promise.all([shop.stop(), stranger.stop(), receiver.stop()]);
    await daemon.stop();
  });
  const made = await fetch(`${daemon.url}/v1/importers`, {
    method: "POST",
    headers: { Authorization: `Bearer ${daemon.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name: "shop", webhookUrl: receiver.url, allowedWebhookHosts: ["hooks.example.com"] }),
  });
  const { id } = await made.json();
  const { token } = await daemon.run("tokens", "create", "--scope", `upload:${id}`);
  const imports = `${daemon.url}/v1/imports?templateId=${id}&webhookUrl=`;
  const own = `${daemon.url}/v1/imports?templateId=${id}`;

  // Nor is the dashboard of use with it: it says so, and keeps no session.
  await page.goto(`${daemon.url}/signin`);
  await page.fill("input[name=token]", token);
  await page.keyboard.press("Enter");
  await page.getByText("This token uploads, and nothing else").waitFor();
  assert.deepEqual(await page.context().cookies(), []);

  await page.goto(stranger.origin);
  assert.equal(await upload(page, own, token), "blocked", "an origin that is not in allowed_origins");
  await page.goto(shop.origin);
  const accepted = await upload(page, own, token);
  assert.equal(accepted.status, 201, JSON.stringify(accepted));
  const refused = await upload(page, imports + encodeURIComponent(receiver.url), token);
  assert.equal(refused.status, 403, "a webhookUrl from a browser names a host of allowedWebhookHosts");
  assert.equal(refused.field, "webhookUrl", "and the page can read why not");
  const wrong = await upload(page, own, "plt_wrong");
  assert.equal(wrong.status, 401);
  const others = await page.evaluate(
    ([to, key]) => Promise.all(["/v1/imports", "/v1/webhooks", "/v1/stream", "/v1/session"].map((path) => fetch(to + path, { headers: { Authorization: `Bearer ${key}` } }).then(() => path, () => "blocked"))),
    [daemon.url, token],
  );
  assert.ok(others.every((each) => each === "blocked"), "no other call answers the page");
});

test("Policy.ThePageComesWithItsRulesAndKeepsNoSecret", { skip: whyNoBrowser || (!process.env.PULTERD && "needs PULTERD and PULTER"), timeout: 600_000 }, async (t) => {
  const daemon = await startDaemon();
  const { page, complaints, close } = await openBrowser();
  t.after(async () => {
    await close();
    await daemon.stop();
  });
  const { port } = new URL(daemon.url);
  for (const path of ["/", "/imports", "/events/evt_x", "/signin"]) {
    const answer = await fetch(daemon.url + path);
    const policy = Object.fromEntries(answer.headers.get("content-security-policy").split("; ").map((rule) => [rule.split(" ")[0], rule.split(" ").slice(1).join(" ")]));
    assert.deepEqual(policy, {
      "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:", "connect-src": "'self'", "form-action": "'self'",
      "base-uri": "'none'", "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
    });
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
    assert.equal(answer.headers.get("cross-origin-opener-policy"), "same-origin");
    assert.equal(answer.headers.get("cross-origin-resource-policy"), "same-origin");
    const text = await answer.text();
    assert.ok(!/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/.test(text), "nothing inline, nothing from elsewhere");
  }
  // A name that leads here by somebody else's name server is not answered.
  const { status } = await new Promise((resolve, reject) =>
    get({ host: "127.0.0.1", port, path: "/", headers: { Host: "pulter.attacker.example" } }, (answer) => (answer.resume(), resolve({ status: answer.statusCode }))).on("error", reject),
  );
  assert.equal(status, 403);

  const elsewhere = [];
  page.on("request", (request) => !request.url().startsWith(daemon.url) && !request.url().startsWith("data:") && elsewhere.push(request.url()));
  await signIn(page, daemon, "/webhooks/new");
  await page.getByLabel("url", { exact: true }).fill("http://127.0.0.1:9999/hook");
  await page.getByText("Allowed:").waitFor();
  await page.getByRole("button", { name: "Create the webhook" }).click();
  await page.getByRole("button", { name: "Open the webhook" }).click();
  await page.getByRole("button", { name: "Show the secret" }).click();
  await page.getByText(/^whsec_[A-Za-z0-9+/]/).waitFor();
  const secret = await page.getByLabel("Signing secret").innerText();
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, document.title, document.cookie, history.state]));
  for (const word of [secret, daemon.token]) assert.ok(!kept.includes(word), kept);
  assert.equal(await page.evaluate(() => document.cookie), "", "no script reads the session");
  // Without the token of the page's session a form of another page changes nothing.
  const forged = await page.evaluate(() => fetch("/v1/importers", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"name":"x"}' }).then(async (answer) => [answer.status, (await answer.json()).code]));
  assert.deepEqual(forged, [403, "csrf"]);
  assert.deepEqual(elsewhere, [], "it works offline");
  assert.deepEqual(complaints, []);
});
