// What the tests on a real daemon share: a daemon, a receiver and a browser of their own, signed in.

import assert from "node:assert/strict";
import { openBrowser, signIn, whyNoBrowser } from "./browser.mjs";
import { startDaemon } from "./daemon.mjs";
import { startReceiver } from "./receiver.mjs";

/** Of each such test: it is left out where there is no browser or no daemon. */
export const options = { skip: whyNoBrowser || (!process.env.PULTERD && "needs PULTERD and PULTER"), timeout: 600_000 };

/**
 * All of it, ended with the test `t`; the page is asked for at `at`, under the name `host` where one is given. `call(method, path, body)` asks the API and gives its JSON, `upload(query, csv)` is
 * an import through it.
 */
export async function opened(t, { flags = [], host, ...browserOptions } = {}) {
  const daemon = await startDaemon(...flags);
  const at = host ? daemon.url.replace("127.0.0.1", host) : daemon.url;
  const receiver = await startReceiver();
  const browser = await openBrowser(browserOptions);
  t.after(async () => {
    await browser.close();
    await receiver.stop();
    await daemon.stop();
  });
  await signIn(browser.page, { ...daemon, url: at });
  const call = async (method, path, body, type = "application/json") => {
    const answer = await fetch(daemon.url + path, { method, headers: { Authorization: `Bearer ${daemon.token}`, "Content-Type": type }, body });
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.json();
  };
  const upload = (query, csv) => call("POST", `/v1/imports?${new URLSearchParams(query)}`, csv, "text/csv");
  return { daemon, at, receiver, call, upload, ...browser };
}

/** Looks again and again until `check` holds; `what` says for what it waited in vain. */
export async function until(what, check) {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`waited in vain: ${what}`);
}
