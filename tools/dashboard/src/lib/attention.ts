// How many imports and webhooks wait for a person: the red numbers of the side bar.

import { computed, signal } from "@preact/signals";
import { api, type Import } from "../../api";
import { announce } from "../components/live_region";
import { flat } from "./hostile";
import { onChanges } from "./live";
import { webhooks } from "./names";

export const haltedImports = signal(0);
export const disabledWebhooks = computed(() => [...webhooks.value.values()].filter((each) => !each.enabled).length);

const gapMs = 2000;
const spoken = new Map<string, string>();

/** Halts and completions are said to a screen reader, once each. */
function speak(value: Import): void {
  const before = spoken.get(value.id);
  spoken.set(value.id, value.state);
  if (before === undefined || before === value.state) return;
  if (value.state === "halted" || value.state === "completed" || value.state === "failed") {
    announce(`${flat(value.fileName, 60)} is ${value.state}`);
  }
}

export function followAttention(): () => void {
  let timer = 0;
  const load = () => {
    timer = 0;
    api.imports({ state: "halted", limit: 100 }).then(
      (answer) => (haltedImports.value = answer.counts?.halted ?? answer.data.length),
      () => undefined,
    );
  };
  load();
  const end = onChanges((changes) => {
    let wanted = false;
    for (const change of changes) {
      if (change.kind === "import") speak(change.data as unknown as Import);
      if (change.kind !== "event" && change.kind !== "attempt") wanted = true;
    }
    if (wanted && !timer) timer = window.setTimeout(load, gapMs);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
