// What ctest runs: test files, those that need a browser or those that do not. Exit code 77: skipped, with the reason.
//
//   node run.mjs FILE…                 needs the browser and its driver
//   node run.mjs --no-browser FILE…    needs esbuild of tools/dashboard alone

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const files = process.argv.slice(2);
const browserless = files[0] === "--no-browser" && !!files.shift();
const program = process.env.CHROMIUM ?? "/usr/bin/chromium";
function whyNot() {
  if (!existsSync(`${here}../../tools/dashboard/node_modules/esbuild`)) return "esbuild is not installed: npm ci in tools/dashboard";
  if (browserless) return "";
  // The driver is the newest that runs on Debian 12's Node.js.
  if (Number(process.versions.node.split(".")[0]) < 18) return `Node.js is ${process.versions.node}, and the browser's driver needs 18`;
  if (!existsSync(program)) return `${program} is not installed (Debian package chromium)`;
  for (const name of ["playwright-core", "axe-core"]) {
    if (!existsSync(`${here}node_modules/${name}`)) return `${name} is not installed: npm ci in tests/browser`;
  }
  return "";
}
const reason = whyNot();
if (reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}
const { status } = spawnSync(process.execPath, ["--test", ...files.map((name) => here + name)], { stdio: "inherit" });
process.exit(status ?? 1);
