// A real pulterd of its own for one test: programs from PULTERD and PULTER, everything else in a temporary folder.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * With `flags` beside the usual ones. `run(...arguments)` is `pulter --json …` against it, its output parsed;
 * `halt()` ends the program alone, `start()` starts it again on the same port and data.
 */
export async function startDaemon(...flags) {
  const folder = await mkdtemp(join(tmpdir(), "pulter-daemon-"));
  const socket = join(folder, "pulter.sock");
  const port = await freePort();
  let log = "";
  let child;
  let ended;
  const start = async () => {
    child = spawn(process.env.PULTERD, [
      "--data-dir", join(folder, "data"), "--socket", socket, "--listen", `127.0.0.1:${port}`, "--shards", "1",
      "--allow-http", "--allow-network", "127.0.0.0/8", ...flags,
    ], { stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.on("data", (piece) => (log += piece));
    ended = new Promise((resolve) => child.on("exit", resolve));
    await new Promise((resolve, reject) => {
      child.stdout.on("data", (piece) => String(piece).includes("http://") && resolve());
      ended.then(() => reject(new Error(`pulterd ended at once:\n${log}`)));
    });
  };
  const halt = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  await start();
  const run = async (...args) => {
    const { stdout } = await promisify(execFile)(process.env.PULTER, ["--socket", socket, "--json", ...args]);
    return stdout.trim() ? JSON.parse(stdout) : undefined;
  };
  const { token } = await run("tokens", "create", "--name", "ops");
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    run,
    start,
    halt,
    log: () => log,
    stop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
