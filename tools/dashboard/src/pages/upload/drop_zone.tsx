import { useRef, useState } from "preact/hooks";
import { bytes, span } from "../../lib/format";
import { Icon } from "../../components/icons";
import { Text } from "../../components/text";
import { ProblemBox } from "../../components/problem";
import type { UploadState } from "./use_upload";

function progressWords(upload: UploadState): string {
  const p = upload.progress;
  if (upload.phase === "sent") return "uploaded";
  if (!p || upload.phase === "idle") return "leaves when started";
  if (upload.phase === "failed") return "stopped";
  const share = p.total ? Math.floor((p.sent / p.total) * 100) : 100;
  const left = p.rate > 0 ? ` · ${span(((p.total - p.sent) / p.rate) * 1000)} left` : "";
  return `${share} % · ${bytes(p.sent)}${left}`;
}

/** Drop zone first, progress afterwards: the same box. */
export function DropZone({
  allowed,
  file,
  upload,
  onFile,
}: {
  /** Whether this token may upload. */
  allowed: boolean;
  file: File | undefined;
  upload: UploadState;
  onFile: (file: File | undefined) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const choose = () => input.current?.click();
  const share = upload.progress?.total ? upload.progress.sent / upload.progress.total : upload.phase === "sent" ? 1 : 0;
  const hidden = (
    <input
      ref={input}
      type="file"
      class="offscreen"
      tabIndex={-1}
      aria-label="CSV file"
      accept=".csv,.tsv,.txt,.gz,application/gzip,text/csv,text/tab-separated-values,text/plain"
      onChange={(event) => {
        const chosen = event.currentTarget.files?.[0];
        if (chosen) onFile(chosen);
        event.currentTarget.value = "";
      }}
    />
  );
  if (!file) {
    return (
      <div class={`drop waiting ${over ? "over" : ""}`} onDragEnter={() => setOver(true)} onDragLeave={() => setOver(false)} onDrop={() => setOver(false)}>
        {hidden}
        <Icon name="file" size={28} />
        <strong>Drop a CSV here</strong>
        <p class="muted">Comma, semicolon, tab or bar; UTF-8, UTF-16 or Windows-1252, packed with gzip or not. It is not held by the browser, so it may be large.</p>
        <button type="button" class="button primary" disabled={!allowed} onClick={choose}>
          Choose a file
        </button>
      </div>
    );
  }
  return (
    <>
      <div class="drop">
        {hidden}
        <Icon name="file" size={24} />
        <div class="grow">
          <div class="drop-line">
            <strong>
              <Text value={file.name} />
            </strong>
            <span class="muted">{bytes(file.size)}</span>
            <span class="end-text">{progressWords(upload)}</span>
          </div>
          <div
            class="track thick"
            role="progressbar"
            aria-label="Upload"
            aria-valuemin={0}
            aria-valuemax={100}
            aria-valuenow={Math.floor(share * 100)}
            aria-valuetext={progressWords(upload)}
          >
            <div class={`fill ${upload.phase === "sent" ? "ok" : "accent"}`} style={{ width: `${share * 100}%` }} />
          </div>
        </div>
        <button type="button" class="button" onClick={choose}>
          Replace
        </button>
      </div>
      {upload.problem && <ProblemBox problem={upload.problem} onRetry={upload.retry} />}
    </>
  );
}
