// The mock's memory, its ids and its stream. Not a daemon: it answers as one would, so that the page can be looked at
// and walked through without one.

import { randomBytes, randomUUID } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function ulid(at = Date.now(), random = randomBytes(10)) {
  let text = "";
  for (let i = 9, time = at; i >= 0; i -= 1) {
    text = alphabet[time % 32] + text;
    time = Math.floor(time / 32);
  }
  for (let i = 0; i < 16; i += 1) text += alphabet[random[i % random.length] % 32];
  return text;
}

/** Numbers that are the same in every run. */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

export class Problem extends Error {
  constructor(status, code, detail, field) {
    super(detail);
    const titles = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Content", 503: "Service Unavailable" };
    this.body = { type: "about:blank", title: titles[status] ?? "Error", status, detail, code, ...(field ? { field } : {}) };
  }
}

export class World {
  constructor() {
    this.startedAt = new Date(Date.now() - 12 * 86_400_000).toISOString();
    this.importers = new Map();
    this.webhooks = new Map();
    this.secrets = new Map();
    this.imports = new Map();
    this.events = new Map();
    this.attempts = new Map();
    this.files = new Map();
    this.uploads = new Map();
    this.batches = new Map();
    this.rowErrors = new Map();
    this.timelines = new Map();
    this.jobs = new Map();
    this.lanes = new Map();
    this.listeners = new Set();
    this.eventNumber = 0;
    this.sessions = new Map();
    this.idempotent = new Map();
    this.tokens = new Map([
      ["mock-admin", { name: "ops", scope: "admin" }],
      ["mock-read", { name: "audit", scope: "read" }],
    ]);
  }

  publish(kind, data) {
    this.eventNumber += 1;
    const text = `id: ${this.eventNumber}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const listener of this.listeners) listener.write(text);
  }
  putImport(value) {
    this.imports.set(value.id, value);
    this.publish("import", value);
  }
  putEvent(value) {
    this.events.set(value.id, value);
    this.publish("event", value);
  }
  addAttempt(eventId, attempt) {
    const list = this.attempts.get(eventId) ?? [];
    list.push(attempt);
    this.attempts.set(eventId, list);
    const { responseBody: _body, ...rest } = attempt;
    this.publish("attempt", rest);
  }
  putWebhook(value) {
    this.webhooks.set(value.id, value);
    this.publish("webhook", value);
  }
  putImporter(value) {
    this.importers.set(value.id, value);
    this.publish("importer", value);
  }
  setBatch(importId, webhookId, index, code) {
    const key = `${importId} ${webhookId}`;
    const codes = this.batches.get(key);
    if (codes) codes[index - 1] = code;
  }
}

/** What the daemon says of a webhook that answered 410. */
export const goneWords = "The receiver answered 410 Gone: the webhook is disabled. Enable it again when the receiver is back, then resume the import.";

export const newImporter = (fields) => ({
  id: `tpl_${ulid()}`,
  createdAt: new Date().toISOString(),
  name: "",
  webhookUrl: null,
  batchSize: 5000,
  dataSync: true,
  columns: {},
  dropUnmapped: false,
  allowedWebhookHosts: [],
  ...fields,
});

export const newWebhook = (fields) => ({
  id: `wh_${ulid()}`,
  createdAt: new Date().toISOString(),
  url: "",
  oldSecretUntil: null,
  events: ["all"],
  templateId: null,
  enabled: true,
  disabledReason: null,
  headers: {},
  timeoutMs: 600000,
  retrySchedule: [0, 5, 30, 120, 600, 3600, 10800, 28800],
  retryOn4xx: false,
  onHalt: "next",
  description: "",
  tlsCa: null,
  tlsCertificate: null,
  ...fields,
});

export const newImport = (fields) => ({
  id: `imp_${ulid()}`,
  createdAt: new Date().toISOString(),
  templateId: "default",
  state: "receiving",
  fileName: "",
  bytes: 0,
  totalRows: 0,
  count: 0,
  batchSize: 5000,
  delivered: 0,
  rowsDelivered: 0,
  rowErrors: 0,
  dataSync: true,
  encoding: "UTF-8",
  delimiter: ",",
  columns: [],
  notes: [],
  user: { id: "u_4481" },
  metadata: {},
  error: null,
  startedAt: null,
  completedAt: null,
  webhooks: [],
  lastStatus: null,
  rowsPerSecond: null,
  nextAttemptAt: null,
  ...fields,
});

export const newEvent = (fields) => ({
  id: `evt_${ulid()}`,
  createdAt: new Date().toISOString(),
  importId: null,
  webhookId: "",
  name: "all",
  index: 0,
  firstRow: 0,
  rows: 0,
  bodyBytes: 0,
  bodyDigest: null,
  state: "pending",
  attempts: 0,
  lastStatus: null,
  nextAttemptAt: null,
  deliveredAt: null,
  fileName: null,
  count: null,
  rowErrors: 0,
  lastDurationMs: null,
  ...fields,
});

export const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`;
export const newToken = () => randomUUID();
