// Names of what is referred to by id: importers, webhooks, and the files of imports. Kept while the page is open.

import { signal } from "@preact/signals";
import { api, type Import, type Importer, type Problem, type Webhook } from "../../api";
import { hostPath } from "./format";
import { toProblem } from "./http";
import { onChanges } from "./live";

export const importers = signal<Map<string, Importer>>(new Map());
export const webhooks = signal<Map<string, Webhook>>(new Map());
export const files = signal<Map<string, { fileName: string; count: number }>>(new Map());
/** Why the importers are not known, while they are not: not asked yet is undefined as well. */
export const importersProblem = signal<Problem | undefined>(undefined);
export const importersKnown = signal(false);
const asked = new Set<string>();

function put<T extends { id: string }>(target: typeof importers | typeof webhooks, values: T[]): void {
  const next = new Map(target.value as Map<string, unknown>);
  for (const value of values) next.set(value.id, value);
  (target as { value: unknown }).value = next;
}

export const keepImporters = (values: Importer[]): void => put(importers, values);
export const keepWebhooks = (values: Webhook[]): void => put(webhooks, values);

export function keepFiles(values: Import[]): void {
  const fresh = values.filter((each) => {
    const known = files.value.get(each.id);
    return known?.fileName !== each.fileName || known.count !== each.count;
  });
  if (!fresh.length) return;
  const next = new Map(files.value);
  for (const each of fresh) next.set(each.id, { fileName: each.fileName, count: each.count });
  files.value = next;
}

export async function loadNames(): Promise<void> {
  await Promise.allSettled([
    api.importers().then(
      (answer) => {
        keepImporters(answer.data);
        importersProblem.value = undefined;
        importersKnown.value = true;
      },
      (error) => (importersProblem.value = toProblem(error)),
    ),
    api.webhooks().then((answer) => keepWebhooks(answer.data)),
  ]);
}

export function followNames(): () => void {
  return onChanges((changes) => {
    for (const { kind, data } of changes) {
      if (kind === "importer") keepImporters([data as unknown as Importer]);
      if (kind === "webhook") keepWebhooks([data as unknown as Webhook]);
      if (kind === "import") keepFiles([data as unknown as Import]);
      if (kind === "deleted") {
        for (const target of [importers, webhooks]) {
          if (!target.value.has(data.id)) continue;
          const next = new Map(target.value as Map<string, unknown>);
          next.delete(data.id);
          (target as { value: unknown }).value = next;
        }
      }
      if (kind === "reset" || kind === "reconnected") void loadNames();
    }
  });
}

export const importerName = (id: string): string => importers.value.get(id)?.name || id;
export function webhookName(id: string): string {
  const webhook = webhooks.value.get(id);
  return webhook ? hostPath(webhook.url) : id;
}

/** The file of an import; asks for it once where it is not known yet. */
export function fileOf(importId: string): { fileName: string; count: number } | undefined {
  const known = files.value.get(importId);
  if (!known && !asked.has(importId)) {
    asked.add(importId);
    api.import(importId).then(
      (value) => keepFiles([value]),
      () => undefined,
    );
  }
  return known;
}
