// Debian's Chromium through playwright-core, and where the page comes from: a real daemon given by PULTER_URL and
// PULTER_TOKEN, or started from PULTERD and PULTER; otherwise the stand-in.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { startDaemon } from "./daemon.mjs";
import { startMock } from "../../tools/dashboard/mock/server.mjs";

const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const haveBrowser = existsSync(program);
export const whyNoBrowser = haveBrowser ? false : `${program} is not installed (Debian package chromium)`;

/** Opens a page of its own user data, with `more` flags; what goes wrong in it lands in `complaints`. */
export async function openBrowser({ width = 1280, height = 800, theme = "light", locale = "en-US", more = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "pulter-browser-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: program, headless: true, args: [...flags, ...more], viewport: { width, height }, colorScheme: theme, locale, permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  // Far beyond what any step needs: a machine that has other work to do is slow, and time decides no test.
  page.setDefaultTimeout(90_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // The browser itself reports every answer of 400 and above; those are looked at by the tests.
    if (["error", "warning"].includes(message.type()) && !message.text().startsWith("Failed to load resource")) complaints.push(message.text());
  });
  const close = async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { context, page, complaints, close };
}

/** The daemon to test against. `world` is there only with the stand-in. */
export async function openDaemon(kind = "seed") {
  if (process.env.PULTER_URL) {
    return { url: process.env.PULTER_URL.replace(/\/$/, ""), token: process.env.PULTER_TOKEN ?? "", world: undefined, stop: async () => undefined };
  }
  if (process.env.PULTERD) return { world: undefined, ...(await startDaemon()) };
  const mock = await startMock({ kind });
  return { url: mock.url, token: "mock-admin", world: mock.world, stop: mock.stop };
}

export async function signIn(page, daemon, path = "/") {
  await page.goto(`${daemon.url}/signin?next=${encodeURIComponent(path)}`);
  await page.fill("input[name=token]", daemon.token);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/signin");
}
