// Lanes that really send, to receivers on this machine: one request in flight each, signed, retried, halted.

import { createHash, createHmac, randomUUID } from "node:crypto";
import { goneWords, newEvent, ulid } from "./world.mjs";

const local = /^http:\/\/(127\.0\.0\.1|localhost):\d+/;
export const isLocal = (url) => local.test(url);

export function bodyOf(world, event) {
  const value = world.imports.get(event.importId);
  const file = world.files.get(event.importId);
  const rows = [];
  for (let i = 0; i < event.rows && event.name !== "test" && file; i += 1) {
    const row = event.firstRow + i;
    const index = createHash("sha256").update(`${event.importId}:${row}`).digest("hex");
    const uuid = `${index.slice(0, 8)}-${index.slice(8, 12)}-4${index.slice(13, 16)}-a${index.slice(17, 20)}-${index.slice(20, 32)}`;
    rows.push({ ...(file.rows ? file.rows[row - 1] : file.make(row)), __index: uuid });
  }
  if (event.name === "test") rows.push({ example: "value", __index: randomUUID() });
  return JSON.stringify({
    id: event.importId ?? event.id, templateId: value?.templateId ?? "default", index: event.index || 1, count: value?.count ?? 1, totalRows: value?.totalRows ?? 1,
    event_name: event.name, data: event.index || event.name === "test" ? rows : [], user: value?.user ?? { id: "u1" }, metadata: value?.metadata ?? {},
  });
}

const keyOf = (secret) => (secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret));

async function send(world, event, trigger) {
  const hook = world.webhooks.get(event.webhookId);
  const body = bodyOf(world, event);
  event.bodyBytes = Buffer.byteLength(body);
  event.bodyDigest = `xxh3:${createHash("sha256").update(body).digest("hex").slice(0, 32)}`;
  const number = event.attempts + 1;
  const at = Math.floor(Date.now() / 1000);
  const secrets = [world.secrets.get(hook.id), world.secrets.get(`old ${hook.id}`)].filter(Boolean);
  const sign = (secret) => `v1,${createHmac("sha256", keyOf(secret)).update(`${event.id}.${at}.${body}`).digest("base64")}`;
  const requestHeaders = {
    "Content-Type": "application/json", "User-Agent": "Pulter/mock", "webhook-id": event.id, "webhook-timestamp": String(at),
    "webhook-signature": secrets.map(sign).join(" "), "Pulter-Attempt": String(number), ...hook.headers,
  };
  const begun = performance.now();
  const startedAt = new Date().toISOString();
  let status = null;
  let responseHeaders = {};
  let responseBody = "";
  let error = null;
  try {
    const answer = await fetch(hook.url, { method: "POST", headers: requestHeaders, body, redirect: "manual", signal: AbortSignal.timeout(10000) });
    status = answer.status;
    responseHeaders = Object.fromEntries(answer.headers);
    responseBody = (await answer.text()).slice(0, 16384);
  } catch (failure) {
    error = `the receiver did not answer: ${failure.cause?.code ?? failure.name}`;
  }
  const durationMs = Math.max(1, Math.round(performance.now() - begun));
  const ok = status >= 200 && status < 300;
  world.addAttempt(event.id, {
    id: `att_${ulid()}`, createdAt: startedAt, eventId: event.id, number, trigger, startedAt, durationMs,
    phases: { dnsMs: 0, connectMs: 1, tlsMs: 0, sendMs: 0, waitMs: Math.max(0, durationMs - 1), receiveMs: 0 }, remoteAddress: new URL(hook.url).host,
    requestHeaders, bodyBytes: event.bodyBytes, bodyDigest: event.bodyDigest, status, responseHeaders, responseBody,
    outcome: ok ? "delivered" : status ? "refused" : "unreachable", error,
  });
  let errors = 0;
  if (ok) {
    try {
      const list = JSON.parse(responseBody).errors ?? [];
      errors = list.length;
      const kept = world.rowErrors.get(event.importId) ?? [];
      for (const each of list) kept.push({ row: each.row ?? event.firstRow, field: each.field ?? null, message: each.message ?? each.msg ?? "", webhookId: hook.id, index: event.index });
      if (list.length) world.rowErrors.set(event.importId, kept);
    } catch {
      // An answer that is not JSON has no row errors.
    }
  }
  return { status, ok, durationMs, errors };
}

/** One lane: tasks in order, one request at a time. */
export class Lane {
  constructor(world, webhookId) {
    this.world = world;
    this.webhookId = webhookId;
    this.tasks = [];
    this.running = false;
  }

  poke() {
    if (!this.running) void this.run();
  }
  resend(event, trigger = "resend") {
    this.tasks.push({ event, trigger });
    this.poke();
  }

  nextImport() {
    return [...this.world.imports.values()]
      .filter((each) => each.webhooks.some((lane) => lane.webhookId === this.webhookId && ["queued", "delivering"].includes(lane.state) && lane.real))
      .sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  }

  async run() {
    this.running = true;
    try {
      for (;;) {
        const task = this.tasks.shift();
        if (task) {
          await this.attempt(task.event, task.trigger, false);
          continue;
        }
        const value = this.nextImport();
        const hook = this.world.webhooks.get(this.webhookId);
        if (!value || !hook?.enabled) return;
        const waits = await this.batch(value);
        if (waits) {
          clearTimeout(this.timer);
          this.timer = setTimeout(() => this.poke(), waits);
          return;
        }
      }
    } finally {
      this.running = false;
    }
  }

  async batch(value) {
    const world = this.world;
    const lane = value.webhooks.find((each) => each.webhookId === this.webhookId);
    if (lane.delivered >= value.count) return this.finish(value, lane);
    const index = lane.delivered + 1;
    let event = [...world.events.values()].find((each) => each.importId === value.id && each.webhookId === this.webhookId && each.index === index);
    if (!event) {
      const firstRow = (index - 1) * value.batchSize + 1;
      event = newEvent({ importId: value.id, webhookId: this.webhookId, index, firstRow, rows: Math.min(value.batchSize, value.totalRows - firstRow + 1), fileName: value.fileName, count: value.count });
    }
    const wait = event.nextAttemptAt ? Date.parse(event.nextAttemptAt) - Date.now() : 0;
    if (wait > 0) return wait;
    lane.state = "delivering";
    Object.assign(value, { state: "delivering", startedAt: value.startedAt ?? new Date().toISOString() });
    world.putImport(value);
    await this.attempt(event, event.attempts ? "retry" : "delivery", true, value, lane);
    return 0;
  }

  async attempt(event, trigger, moves, value, lane) {
    const world = this.world;
    Object.assign(event, { state: moves || event.state !== "delivered" ? "delivering" : event.state, nextAttemptAt: null });
    world.putEvent(event);
    world.setBatch(event.importId, this.webhookId, event.index, "f");
    const answer = await send(world, event, trigger);
    event.attempts += 1;
    Object.assign(event, { lastStatus: answer.status, lastDurationMs: answer.durationMs });
    if (answer.ok) {
      Object.assign(event, { state: "delivered", deliveredAt: new Date().toISOString(), rowErrors: answer.errors });
      world.setBatch(event.importId, this.webhookId, event.index, answer.errors ? "e" : event.attempts > 1 ? "r" : "d");
    } else this.failed(event, answer, value, lane);
    world.putEvent(event);
    if (value) this.count(value, lane, event, answer);
  }

  failed(event, answer, value, lane) {
    const world = this.world;
    const hook = world.webhooks.get(this.webhookId);
    const retries = !answer.status || [408, 425, 429].includes(answer.status) || answer.status >= 500 || (hook.retryOn4xx && answer.status >= 400 && answer.status !== 410);
    const pause = hook.retrySchedule[event.attempts];
    if (value && retries && pause !== undefined) {
      Object.assign(event, { state: "pending", nextAttemptAt: new Date(Date.now() + pause * 1000).toISOString() });
      world.setBatch(event.importId, this.webhookId, event.index, "w");
      lane.nextAttemptAt = event.nextAttemptAt;
      return;
    }
    event.state = "halted";
    world.setBatch(event.importId, this.webhookId, event.index, "h");
    if (lane) Object.assign(lane, { state: "halted", haltedEventId: event.id, nextAttemptAt: null });
    if (answer.status === 410) world.putWebhook({ ...hook, enabled: false, disabledReason: goneWords });
  }

  count(value, lane, event, answer) {
    lane.lastStatus = answer.status;
    if (event.state === "delivered") {
      Object.assign(lane, { delivered: event.index, rowsDelivered: event.firstRow + event.rows - 1, rowErrors: lane.rowErrors + answer.errors, nextAttemptAt: null });
    }
    this.summarize(value);
  }

  finish(value, lane) {
    lane.state = "completed";
    this.summarize(value);
    return 0;
  }

  summarize(value) {
    const states = value.webhooks.map((lane) => (lane.delivered >= value.count && value.count ? "completed" : lane.state));
    value.webhooks.forEach((lane, i) => (lane.state = states[i]));
    const order = ["halted", "delivering", "queued", "paused", "cancelled", "completed"];
    value.state = order.find((state) => states.includes(state)) ?? value.state;
    value.delivered = Math.min(...value.webhooks.map((lane) => lane.delivered));
    value.rowsDelivered = Math.min(...value.webhooks.map((lane) => lane.rowsDelivered));
    value.rowErrors = value.webhooks.reduce((sum, lane) => sum + lane.rowErrors, 0);
    value.lastStatus = value.webhooks[0]?.lastStatus ?? null;
    value.nextAttemptAt = value.webhooks.map((lane) => lane.nextAttemptAt).find(Boolean) ?? null;
    const seconds = Math.max(0.2, (Date.now() - Date.parse(value.startedAt ?? value.createdAt)) / 1000);
    value.rowsPerSecond = value.state === "delivering" || value.state === "completed" ? Math.round(value.rowsDelivered / seconds) : null;
    if (value.state === "completed") value.completedAt = new Date().toISOString();
    this.world.putImport(value);
  }
}

const lanes = new Map();
export function laneOf(world, webhookId) {
  const key = webhookId;
  if (!lanes.has(world)) lanes.set(world, new Map());
  const mine = lanes.get(world);
  if (!mine.has(key)) mine.set(key, new Lane(world, webhookId));
  return mine.get(key);
}
