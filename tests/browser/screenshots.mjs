// Takes the pictures of the README from the stand-in: node screenshots.mjs

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startMock } from "../../tools/dashboard/mock/server.mjs";
import { openBrowser, signIn } from "./browser.mjs";

const folder = fileURLToPath(new URL("../../tools/dashboard/screenshots", import.meta.url));
await mkdir(folder, { recursive: true });
const csv = Buffer.from(
  "order_no;sku;reason;;customer;amount;returned_at\r\n0004117;SKU-0081;wrong size;;Zo\xeb M\xfcller;39,95;03.11.2026\r\n" +
    "0004118;SKU-1190;damaged;x;Bar & S\xf6hne;018,00;03.11.2026\r\n0004140;SKU-2207;\"other: see\nnote\";;J. O'Neill;7,50;04.11.2026\r\n0004152;SKU-0043\r\n",
  "latin1",
);

async function take(theme, width, wanted) {
  const mock = await startMock();
  const { page, close } = await openBrowser({ theme, width, height: width > 500 ? 800 : 844 });
  await signIn(page, { url: mock.url, token: "mock-admin" });
  const of = (map, check) => [...map.values()].find(check).id;
  const { imports, events, webhooks } = mock.world;
  const paths = {
    overview: "/",
    imports: "/imports",
    "import-halted": `/imports/${of(imports, (each) => each.fileName.startsWith("customers_2026-11"))}`,
    "import-20000": `/imports/${of(imports, (each) => each.fileName.startsWith("pos_"))}`,
    events: "/events",
    event: `/events/${of(events, (each) => each.state === "pending")}`,
    webhook: `/webhooks/${of(webhooks, (each) => each.url.includes("acme"))}`,
    upload: "/upload",
  };
  for (const name of wanted) {
    await page.goto(mock.url + paths[name]);
    if (name === "upload") await page.setInputFiles("input[type=file]", { name: "returns_november.csv", mimeType: "text/csv", buffer: csv });
    await page.waitForTimeout(700);
    await page.screenshot({ path: join(folder, `${name}-${theme}${width < 500 ? "-narrow" : ""}.png`) });
  }
  await close();
  await mock.stop();
}

await take("light", 1280, ["overview", "imports", "import-halted", "import-20000", "events", "event", "webhook", "upload"]);
await take("dark", 1280, ["overview", "import-halted", "event"]);
await take("light", 390, ["imports", "event"]);
process.exit(0);
