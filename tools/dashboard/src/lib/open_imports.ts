// What disabling or deleting something stops: the imports that are not at their end.

import { api, type Webhook } from "../../api";

export const openStates = ["receiving", "queued", "delivering", "paused", "halted"];

/** How many of an importer are open. The daemon counts: one call, however many there are. */
export async function countOpenImports(templateId: string): Promise<number> {
  const { counts } = await api.imports({ templateId, limit: 1 });
  return openStates.reduce((sum, state) => sum + (counts?.[state] ?? 0), 0);
}

/**
 * How many imports still go to a webhook. Lanes are in the imports alone, so every open import is read, 200 a call,
 * to the last one; `soFar` hears the number in between. Errors: ApiError, and AbortError once `signal` is.
 */
export async function countImportsTo(webhook: Webhook, signal: AbortSignal, soFar: (n: number) => void): Promise<number> {
  let count = 0;
  for (const state of openStates) {
    for await (const page of api.importPages({ templateId: webhook.templateId ?? undefined, state }, signal)) {
      count += page.filter((each) => each.webhooks.some((lane) => lane.webhookId === webhook.id && openStates.includes(lane.state))).length;
      soFar(count);
    }
  }
  return count;
}
