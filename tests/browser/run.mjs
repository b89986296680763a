// What ctest runs: test files, each named from this folder. `--no-browser`: they need only Node and the page's own
// packages. Exit code 77: skipped, with the reason.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
const args = process.argv.slice(2);
const files = args.filter((each) => !each.startsWith("--"));
function whyNot() {
  if (!existsSync(`${here}../../tools/dashboard/node_modules/esbuild`)) return "the dashboard's packages are not installed: npm ci in tools/dashboard";
  if (args.includes("--no-browser")) return "";
  if (!existsSync(program)) return `${program} is not installed (Debian package chromium)`;
  if (!existsSync(`${here}node_modules/playwright-core`)) return "playwright-core is not installed: npm ci in tests/browser";
  return "";
}
const reason = whyNot();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const { status } = spawnSync(process.execPath, ["--test", ...files.map((name) => here + name)], { stdio: "inherit" });
process.exit(status ?? 1);
