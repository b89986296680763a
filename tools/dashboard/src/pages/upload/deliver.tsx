import { useEffect, useState } from "preact/hooks";
import { type Check, type ImportSettings, type Problem } from "../../../api";
import { bytes, count, plural } from "../../lib/format";
import { flat } from "../../lib/hostile";
import { toProblem } from "../../lib/http";
import { importers, importersKnown, importersProblem, loadNames, webhookName, webhooks } from "../../lib/names";
import { navigate } from "../../lib/router";
import { takeFile } from "../../lib/upload_file";
import { Card } from "../../components/card";
import { mayChange } from "../../components/button";
import { ProblemBox } from "../../components/problem";
import { UrlField } from "../../components/url_field";
import { UploadError } from "../../lib/upload";
import { LaneAhead } from "./lane_ahead";
import type { UploadState } from "./use_upload";

const fallbackBatchSize = 5000;

function readObject(text: string): unknown {
  if (!text.trim()) return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return value;
}
const isObject = (text: string) => {
  try {
    readObject(text);
    return true;
  } catch {
    return false;
  }
};

/** Where it goes, in which pieces, and Start. */
export function Deliver({
  file,
  check,
  reading,
  upload,
  blocked,
  templateId,
}: {
  file: File | undefined;
  check: Check | undefined;
  reading: { delimiter?: string; encoding?: string };
  upload: UploadState;
  blocked: boolean;
  templateId: string | undefined;
}) {
  const known = [...importers.value.values()];
  const [by, setBy] = useState<"importer" | "url">("importer");
  const [chosenId, setChosenId] = useState(templateId);
  const importer = importers.value.get(chosenId ?? "") ?? known.find((each) => each.id !== "default") ?? known[0];
  const [url, setUrl] = useState("");
  const [urlAllowed, setUrlAllowed] = useState<boolean>();
  const [size, setSize] = useState<string>();
  const [keep, setKeep] = useState<boolean>();
  const [user, setUser] = useState("");
  const [metadata, setMetadata] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => setProblem(undefined), [file]);

  const byUrl = by === "url" || (!importer && importers.value.size === 0);
  const batchSize = Number((size ?? String(byUrl ? fallbackBatchSize : (importer?.batchSize ?? fallbackBatchSize))).replace(/[,\s]/g, ""));
  const dataSync = keep ?? (byUrl ? true : (importer?.dataSync ?? true));
  const hooks = byUrl ? [] : [...webhooks.value.values()].filter((each) => each.enabled && (each.templateId === importer?.id || each.templateId === null));
  const sized = Number.isInteger(batchSize) && batchSize >= 1;
  const ready = !!file && !blocked && sized && (byUrl ? urlAllowed === true : !!importer) && isObject(user) && isObject(metadata);
  const missing = !mayChange()
    ? undefined
    : !file
      ? "Choose a file first."
      : blocked
        ? "Choose another file, or have it read otherwise."
        : !sized
          ? "Rows per batch is no number of rows."
          : byUrl && !url.trim()
            ? "It needs a webhook URL."
            : byUrl && urlAllowed !== true
              ? "Its webhook URL is not allowed."
              : !isObject(user) || !isObject(metadata)
                ? "User and metadata are JSON objects, or empty."
                : undefined;
  const batches = check && sized ? Math.ceil(check.rows / batchSize) : 0;
  const about = check && !check.rowsExact ? "about " : "";

  const start = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setProblem(undefined);
    const settings: ImportSettings = { fileName: file.name, batchSize, dataSync, ...reading };
    if (byUrl) settings.webhookUrl = url.trim();
    else settings.templateId = importer?.id;
    if (user.trim()) settings.user = readObject(user);
    if (metadata.trim()) settings.metadata = readObject(metadata);
    try {
      const made = await upload.start(settings);
      takeFile(undefined);
      navigate(`/imports/${made.id}`);
    } catch (error) {
      setProblem(error instanceof UploadError ? error.problem : toProblem(error));
    } finally {
      setBusy(false);
    }
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void start();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
  return (
    <div>
      <Card title="Deliver to" class="deliver">
        <fieldset>
          <legend class="offscreen">Deliver to</legend>
          <label class="check">
            <input type="radio" name="by" checked={!byUrl} disabled={!importer} onChange={() => setBy("importer")} />
            <span>An importer</span>
          </label>
          <div class="indent">
            <select
              class="input"
              aria-label="Importer"
              disabled={!importer}
              value={importer?.id ?? ""}
              onChange={(event) => {
                setChosenId(event.currentTarget.value);
                setBy("importer");
              }}
            >
              {!importer && <option value="">{importersKnown.value ? "none yet" : importersProblem.value ? "not known" : "loading…"}</option>}
              {known.map((each) => (
                <option key={each.id} value={each.id}>
                  {flat(each.name || each.id)}
                </option>
              ))}
            </select>
            {!importer && importersProblem.value && (
              <p class="field-error">
                They could not be read.{" "}
                <button type="button" class="link" onClick={() => void loadNames()}>
                  Retry
                </button>
              </p>
            )}
            {!byUrl && importer && (
              <p class="muted pad">
                {hooks.length ? `${plural(hooks.length, "webhook")}: ` : importer.webhookUrl ? "its webhookUrl" : "It has no enabled webhook: nothing would be sent."}
                {hooks.slice(0, 4).map((hook) => (
                  <span class="mono clip" key={hook.id}>
                    {webhookName(hook.id)}
                  </span>
                ))}
              </p>
            )}
          </div>
          <label class="check">
            <input type="radio" name="by" checked={byUrl} onChange={() => setBy("url")} />
            <span>
              A webhook URL <span class="muted">for this import only</span>
            </span>
          </label>
          {byUrl && (
            <div class="indent">
              <UrlField label="webhookUrl" name="once" value={url} onChange={setUrl} onVerdict={setUrlAllowed} />
            </div>
          )}
        </fieldset>
        <hr />
        <label class="field">
          <span>Rows per batch</span>
          <input
            class="input short"
            inputMode="numeric"
            value={size ?? count(batchSize)}
            aria-invalid={sized ? undefined : "true"}
            onInput={(event) => setSize(event.currentTarget.value)}
          />
          {!sized && <span class="field-error">A whole number, 1 or more</span>}
          {check && sized && batches > 0 && (
            <span class="hint">
              {about}
              {plural(batches, "batch", "batches")}, {bytes(Math.round(Math.min(batchSize, check.rows) * check.bodyBytesPerRow))} each
            </span>
          )}
        </label>
        <label class="check">
          <input type="checkbox" checked={dataSync} onChange={(event) => setKeep(event.currentTarget.checked)} />
          <span>
            Keep file and answers <span class="muted">to look at and to resend (dataSync)</span>
          </span>
        </label>
        <details>
          <summary>User and metadata</summary>
          {(
            [
              ["user", user, setUser, '{"id":"u_4481"}'],
              ["metadata", metadata, setMetadata, '{"source":"dashboard"}'],
            ] as const
          ).map(([name, value, set, example]) => (
            <label class="field" key={name}>
              <span>{name}, a JSON object</span>
              <textarea class="input mono" value={value} placeholder={example} onInput={(event) => set(event.currentTarget.value)} />
              {!isObject(value) && <span class="field-error">This is not a JSON object.</span>}
            </label>
          ))}
        </details>
      </Card>
      {file && hooks.map((hook) => <LaneAhead key={hook.id} webhookId={hook.id} />)}
      {problem && <ProblemBox problem={problem} />}
      <button type="button" class="button primary block" disabled={!ready} aria-busy={busy || undefined} onClick={start}>
        {busy && upload.phase !== "sent" ? "Uploading" : upload.phase === "sending" ? "Start when uploaded" : "Start"}
        <kbd>Ctrl Enter</kbd>
      </button>
      <p class="muted center pad">{missing ?? "Nothing is sent before the whole file is counted."}</p>
    </div>
  );
}
