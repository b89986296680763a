// Builds the page: bundles, hashes, index.html, and (with --cpp) the C++ source that embeds them.
//   node build.mjs --out DIR [--cpp FILE]

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { embed } from "./embed.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const banned = /\b(innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|eval)\b|new Function/;

/** The page never turns text into markup or code: a source that could is an error of the build. */
const lint = {
  name: "no-markup-from-text",
  setup(context) {
    context.onLoad({ filter: /[\\/]src[\\/].*\.tsx?$|[\\/]api\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const found = banned.exec(text);
      if (found) return { errors: [{ text: `${found[0]} is not used here: text from elsewhere is shown by textContent` }] };
      return { contents: text, loader: path.endsWith("x") ? "tsx" : "ts" };
    });
  },
};

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, entry)],
    absWorkingDir: here,
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    format: "esm",
    target: ["es2022", "chrome110", "firefox115", "safari16.4"],
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins: [lint],
    outdir: "/",
  });
  return Buffer.from(result.outputFiles[0].contents);
}

/** Every file of the page: `{path, type, bytes, immutable}`. */
export async function buildFiles() {
  const [app, theme, style] = await Promise.all([bundle("src/main.tsx"), bundle("src/theme_boot.ts"), bundle("src/styles/index.css")]);
  const scripts = "text/javascript; charset=utf-8";
  const assets = [
    { name: "app", end: "js", type: scripts, bytes: app },
    { name: "theme", end: "js", type: scripts, bytes: theme },
    { name: "style", end: "css", type: "text/css; charset=utf-8", bytes: style },
  ].map((each) => ({ ...each, path: `/assets/${each.name}-${hashOf(each.bytes)}.${each.end}`, immutable: true }));
  const [appPath, themePath, stylePath] = assets.map((each) => each.path);
  const index = (await readFile(join(here, "index.html"), "utf8"))
    .replace("%APP%", appPath)
    .replace("%THEME%", themePath)
    .replace("%STYLE%", stylePath);
  const plain = [
    { path: "/index.html", type: "text/html; charset=utf-8", bytes: Buffer.from(index), immutable: false },
    { path: "/favicon.svg", type: "image/svg+xml", bytes: await readFile(join(here, "favicon.svg")), immutable: false },
  ];
  return [...assets, ...plain].map(({ path, type, bytes, immutable }) => ({ path, type, bytes, immutable, etag: `"${hashOf(bytes)}"` }));
}

async function main() {
  const argument = (name) => {
    const at = process.argv.indexOf(name);
    return at > 0 ? process.argv[at + 1] : undefined;
  };
  const files = await buildFiles();
  const out = argument("--out");
  if (out) {
    await rm(join(resolve(out), "assets"), { recursive: true, force: true });
    for (const file of files) {
      const path = join(resolve(out), file.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, file.bytes);
    }
  }
  const cpp = argument("--cpp");
  if (cpp) {
    await mkdir(dirname(resolve(cpp)), { recursive: true });
    await writeFile(resolve(cpp), embed(files));
  }
  for (const file of files) console.log(`${file.path}  ${file.bytes.length} bytes`);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) await main();
