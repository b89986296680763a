// Everything that the page asks of the daemon, in one place. Names are the contract's (section 7) to the letter;
// what goes beyond it is written down in API.md.

import { call, callText, list, pages, wholeList, type List } from "./src/lib/http";

export type ImportState =
  "receiving" | "queued" | "delivering" | "completed" | "paused" | "halted" | "failed" | "cancelled";
export type EventState = "pending" | "delivering" | "delivered" | "halted" | "cancelled";
export type Outcome = "delivered" | "refused" | "unreachable" | "unknown";
export type LaneState = "idle" | "delivering" | "waiting" | "held" | "disabled";
export type EventName = "all" | "import.started" | "import.completed" | "import.failed" | "test";

/** RFC 9457, with the contract's stable `code` and the request's `field` where there is one. */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
  code: string;
  field?: string;
}

export interface Session {
  name: string;
  scope: string;
  csrfToken: string;
}

export interface Importer {
  id: string;
  createdAt: string;
  name: string;
  webhookUrl: string | null;
  batchSize: number;
  dataSync: boolean;
  columns: Record<string, string>;
  dropUnmapped: boolean;
  allowedWebhookHosts: string[];
}

export interface Webhook {
  id: string;
  createdAt: string;
  url: string;
  secret?: string;
  oldSecretUntil: string | null;
  events: EventName[];
  templateId: string | null;
  enabled: boolean;
  disabledReason: string | null;
  headers: Record<string, string>;
  timeoutMs: number;
  retrySchedule: number[];
  retryOn4xx: boolean;
  onHalt: "next" | "hold";
  description: string;
  /** Texts in PEM form; a daemon from before they were there leaves them out. */
  tlsCa?: string | null;
  tlsCertificate?: string | null;
  /** Only ever sent. */
  tlsPrivateKey?: string | null;
}

export interface Note {
  code: string;
  detail: string;
  rows: number[];
}

export interface ImportLane {
  webhookId: string;
  state: ImportState;
  delivered: number;
  rowsDelivered: number;
  rowErrors: number;
  haltedEventId: string | null;
  lastStatus: number | null;
  nextAttemptAt: string | null;
}

export interface Column {
  header: string;
  key: string;
}

export interface Import {
  id: string;
  createdAt: string;
  templateId: string;
  state: ImportState;
  fileName: string;
  bytes: number;
  totalRows: number;
  count: number;
  batchSize: number;
  delivered: number;
  rowsDelivered: number;
  rowErrors: number;
  dataSync: boolean;
  encoding: string | null;
  delimiter: string | null;
  columns: Column[];
  notes: Note[];
  user: Record<string, unknown> | null;
  metadata: Record<string, unknown>;
  error: Problem | null;
  startedAt: string | null;
  completedAt: string | null;
  webhooks: ImportLane[];
  lastStatus?: number | null;
  /** null when it does not run; left out by the stream while it is not known. */
  rowsPerSecond?: number | null;
  nextAttemptAt: string | null;
}

export interface Event {
  id: string;
  createdAt: string;
  importId: string | null;
  webhookId: string;
  name: EventName;
  index: number;
  firstRow: number;
  rows: number;
  bodyBytes: number;
  bodyDigest: string | null;
  state: EventState;
  attempts: number;
  lastStatus: number | null;
  nextAttemptAt: string | null;
  deliveredAt: string | null;
  fileName: string | null;
  /** Batches of its import; null for a test. */
  count: number | null;
  rowErrors: number;
  lastDurationMs: number | null;
}

export interface Phases {
  dnsMs: number | null;
  connectMs: number | null;
  tlsMs: number | null;
  sendMs: number | null;
  waitMs: number | null;
  receiveMs: number | null;
}

export interface Attempt {
  id: string;
  eventId: string;
  number: number;
  trigger: "delivery" | "retry" | "resend" | "test";
  startedAt: string;
  durationMs: number | null;
  phases: Phases;
  remoteAddress: string | null;
  requestHeaders: Record<string, string>;
  bodyBytes: number;
  bodyDigest: string | null;
  status: number | null;
  responseHeaders: Record<string, string>;
  responseBody?: string;
  responseBodyEncoding?: "base64";
  outcome: Outcome;
  error: string | null;
}

/** Seconds since 1970, rows per second, and the answer times; null where nothing was answered. */
export type Point = [number, number, number | null, number | null];

export interface Lane {
  webhookId: string;
  state: LaneState;
  importId: string | null;
  fileName: string | null;
  eventId: string | null;
  index: number | null;
  count: number | null;
  inFlightSince: string | null;
  waitingSince: string | null;
  nextAttemptAt: string | null;
  queue: number;
  rowsPerSecond: number;
  p50Ms: number | null;
  p95Ms: number | null;
  lastStatus: number | null;
  /** One letter an answer, oldest first, at most 30: `d` delivered, `r` will be tried again, `h` halted. */
  lastAnswers: string;
}

export interface Stats {
  version: string;
  startedAt: string;
  rowsPerSecond: number;
  batchesPerSecond: number;
  inFlight: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  imports: Partial<Record<ImportState, number>>;
  webhooksDisabled: number;
  lanes: Lane[];
  points: Point[];
}

export interface Timeline {
  points: Point[];
  marks: { at: string; kind: "halted" | "paused" | "resumed" }[];
}

export interface RowError {
  row: number;
  field: string | null;
  message: string;
  webhookId: string;
  index: number | null;
}

export interface Check {
  delimiter: string;
  delimiterSniffed: boolean;
  encoding: string;
  encodingDetected: boolean;
  lineEnds: "LF" | "CRLF" | "CR" | "mixed";
  endsWithLineEnd: boolean | null;
  columns: Column[];
  /** Data rows: counted when `rowsExact`, otherwise worked out from `totalBytes`. */
  rows: number;
  rowsExact: boolean;
  notes: Note[];
  /** The first rows as they would stand in `data`, without `__index`. */
  firstRows: Record<string, string | string[]>[];
  bodyBytesPerRow: number;
}

export interface Explanation {
  allowed: boolean;
  code: string | null;
  rule: string;
  url: string | null;
  address: string | null;
  addresses?: string[];
  /** false: a name whose addresses are judged again at each connection. */
  final: boolean;
}

export interface EventFilter {
  importId?: string;
  webhookId?: string;
  state?: string;
  name?: string;
  since?: string;
  until?: string;
}

export interface ResendPlan {
  count: number;
  rows: number;
  bytes: number;
  delivered: number;
  asOf: string;
  webhooks: { webhookId: string; count: number; queue: number; p50Ms: number | null }[];
}

export interface ResendJob {
  id: string;
  state: "running" | "done" | "stopped";
  count: number;
  done: number;
  failed: number;
}

export interface ImportSettings {
  templateId?: string;
  webhookUrl?: string;
  batchSize?: number;
  dataSync?: boolean;
  delimiter?: string;
  encoding?: string;
  fileName?: string;
  columns?: Record<string, string>;
  dropUnmapped?: boolean;
  user?: unknown;
  metadata?: unknown;
  source?: { upload: string };
}

type Query = Record<string, string | number | undefined>;
const at = (kind: string, id: string, tail = "") => `/v1/${kind}/${encodeURIComponent(id)}${tail}`;

export const api = {
  session: () => call<Session>("GET", "/v1/session"),
  signIn: (token: string) => call<Session>("POST", "/v1/session", { token }),
  signOut: () => call<void>("DELETE", "/v1/session"),
  /** A session that the page does not take over. */
  endSession: (value: Session) => call<void>("DELETE", "/v1/session", undefined, undefined, { headers: { "X-CSRF-Token": value.csrfToken } }),

  stats: (window: string) => call<Stats>("GET", "/v1/stats", undefined, { window }),
  explain: (url: string, signal?: AbortSignal) =>
    call<Explanation>("GET", "/v1/explain", undefined, { url }, { signal }),
  check: (bytes: Blob, query: Query) => call<Check>("POST", "/v1/check", bytes, query),

  importers: () => wholeList<Importer>("/v1/importers"),
  importer: (id: string) => call<Importer>("GET", at("importers", id)),
  createImporter: (fields: Partial<Importer>) => call<Importer>("POST", "/v1/importers", fields),
  updateImporter: (id: string, fields: Partial<Importer>) => call<Importer>("PATCH", at("importers", id), fields),
  deleteImporter: (id: string) => call<void>("DELETE", at("importers", id)),

  webhooks: (query: Query = {}) => wholeList<Webhook>("/v1/webhooks", query),
  webhook: (id: string) => call<Webhook>("GET", at("webhooks", id)),
  createWebhook: (fields: Partial<Webhook>) => call<Webhook>("POST", "/v1/webhooks", fields),
  updateWebhook: (id: string, fields: Partial<Webhook>) => call<Webhook>("PATCH", at("webhooks", id), fields),
  deleteWebhook: (id: string) => call<void>("DELETE", at("webhooks", id)),
  secret: (id: string) => call<{ secret: string; oldSecretUntil: string | null }>("GET", at("webhooks", id, "/secret")),
  rotateSecret: (id: string, overlapSeconds: number) =>
    call<Webhook>("POST", at("webhooks", id, "/rotate-secret"), { overlapSeconds }),
  test: (id: string) => call<Event>("POST", at("webhooks", id, "/test")),

  imports: (query: Query) => list<Import>("/v1/imports", query),
  importPages: (query: Query, signal: AbortSignal) => pages<Import>("/v1/imports", query, signal),
  import: (id: string) => call<Import>("GET", at("imports", id)),
  announceImport: (settings: ImportSettings, key: string) =>
    call<Import>("POST", "/v1/imports", settings, undefined, { idempotencyKey: key }),
  contentUrl: (id: string) => at("imports", id, "/content"),
  errorsUrl: (id: string) => at("imports", id, "/errors.csv"),
  rows: (id: string, offset: number, limit: number) =>
    call<{ data: Record<string, string | string[]>[]; next: number | null }>("GET", at("imports", id, "/rows"), undefined, {
      offset,
      limit,
    }),
  batches: (id: string, webhookId: string) => callText(at("imports", id, "/batches"), { webhookId }),
  timeline: (id: string, webhookId: string) =>
    call<Timeline>("GET", at("imports", id, "/timeline"), undefined, { webhookId }),
  rowErrors: (id: string, query: Query) => list<RowError>(at("imports", id, "/row-errors"), query),
  act: (id: string, verb: "pause" | "resume" | "cancel") => call<Import>("POST", at("imports", id, `/${verb}`)),

  events: (query: Query) => list<Event>("/v1/events", query),
  event: (id: string) => call<Event>("GET", at("events", id)),
  attempts: (id: string) => wholeList<Attempt>(at("events", id, "/attempts")),
  bodyUrl: (id: string) => at("events", id, "/body"),
  resend: (id: string) => call<Event>("POST", at("events", id, "/resend")),
  planResend: (filter: EventFilter) => call<ResendPlan>("POST", "/v1/events/resend", { filter, dryRun: true }),
  resendMany: (filter: EventFilter, asOf: string) => call<ResendJob>("POST", "/v1/events/resend", { filter, asOf }),
  resendJob: (id: string) => call<ResendJob>("GET", at("resends", id)),
  stopResend: (id: string) => call<ResendJob>("POST", at("resends", id, "/stop")),
};

export type { List };
