// What ctest runs: one test file against a real daemon. Exit code 77: skipped, with the reason.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
function whyNot() {
  if (!existsSync(program)) return `${program} is not installed (Debian package chromium)`;
  if (!existsSync(`${here}node_modules/playwright-core`)) return "playwright-core is not installed: npm ci in tests/browser";
  return "";
}
const reason = whyNot();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const { status } = spawnSync(process.execPath, ["--test", ...process.argv.slice(2).map((name) => here + name)], { stdio: "inherit" });
process.exit(status ?? 1);
