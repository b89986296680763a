// Loads a TypeScript file of the page for a test: bundled in memory by the esbuild that builds the page.

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { build } = createRequire(join(root, "tools/dashboard/package.json"))("esbuild");

export async function load(path) {
  const result = await build({
    entryPoints: [join(root, "tools/dashboard", path)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    target: "node18",
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  return import(`data:text/javascript;base64,${Buffer.from(result.outputFiles[0].contents).toString("base64")}`);
}
