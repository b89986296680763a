import { useMemo, useState } from "preact/hooks";
import { api, type Attempt, type Event, type Problem } from "../../../api";
import { BodyReader, partBytes } from "../../lib/body_reader";
import { bytes, count } from "../../lib/format";
import { isGone, request } from "../../lib/http";
import { bodyLines, linesOf } from "../../lib/json_lines";
import { useResource } from "../../lib/resource";
import { address, setParameters } from "../../lib/router";
import { Card } from "../../components/card";
import { CopyButton } from "../../components/id_chip";
import { Icon } from "../../components/icons";
import { JsonView } from "../../components/json_view";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { panelOf, Tabs } from "../../components/tabs";
import { Bytes } from "../../components/text";

const rowsShown = 20;
const copyMax = 32 * 1024 * 1024;

function readerOf(event: Event): BodyReader {
  return new BodyReader(async (from, to) => {
    const answer = await request("GET", api.bodyUrl(event.id), undefined, undefined, { headers: { Range: `bytes=${from}-${to}` } });
    const data = new Uint8Array(await answer.arrayBuffer());
    // A daemon without Range sends all of it: then the part is cut out here.
    if (answer.status !== 206) return { bytes: data.subarray(from, to + 1), total: data.length };
    const total = Number(/\/(\d+)$/.exec(answer.headers.get("Content-Range") ?? "")?.[1] ?? event.bodyBytes);
    return { bytes: data, total };
  }, event.bodyBytes);
}

/** A body that is not kept any more is no failure. */
function Failed({ problem, reload }: { problem: Problem; reload: () => void }) {
  if (isGone(problem)) return <p class="muted json">The body is not kept any more: it went with the file of its import.</p>;
  return <ProblemBox problem={problem} onRetry={reload} />;
}

function Pretty({ event, reader, first }: { event: Event; reader: BodyReader; first: number }) {
  const view = useResource(`body ${event.id} ${first} ${event.bodyBytes}`, async () => {
    const envelope = await reader.envelope();
    if (!envelope) {
      if (reader.total > 16 * 1024) return undefined;
      return linesOf(JSON.parse(new TextDecoder().decode(await reader.slice(0, reader.total))));
    }
    const rows = await reader.rows(first, rowsShown);
    const end = first + rows.length - 1 >= event.rows;
    const whole = end ? ((await reader.find(event.rows + 1), await reader.envelope()) ?? envelope) : envelope;
    const comment = event.rows > rows.length ? `${count(event.rows)} rows, ${rows.length} shown` : "";
    return bodyLines(whole, rows, first > 1 ? `${comment}, from row ${count(first)}` : comment, !end);
  });
  if (view.problem) return <Failed problem={view.problem} reload={view.reload} />;
  if (view.loading) return <SkeletonBlock lines={12} loading />;
  if (!view.data) return <p class="muted pad">This body is not one that can be laid out; see Raw.</p>;
  return <JsonView lines={view.data} />;
}

function Raw({ event, reader, part }: { event: Event; reader: BodyReader; part: number }) {
  const view = useResource(`raw ${event.id} ${part} ${event.bodyBytes}`, () => reader.part(part));
  if (view.problem) return <Failed problem={view.problem} reload={view.reload} />;
  if (view.loading || !view.data) return <SkeletonBlock lines={12} loading />;
  return (
    <pre class="http">
      <Bytes value={view.data} />
    </pre>
  );
}

function GoToRow({ event, onRow }: { event: Event; onRow: (row: number) => void }) {
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <button type="button" class="link" onClick={() => setAsking(true)}>
        Go to row…
      </button>
    );
  }
  const submit = (submitted: SubmitEvent) => {
    submitted.preventDefault();
    const text = new FormData(submitted.currentTarget as HTMLFormElement).get("row");
    const row = Number(String(text).replace(/[,\s]/g, ""));
    if (row >= 1) onRow(Math.min(event.rows, Math.floor(row)));
    setAsking(false);
  };
  return (
    <form class="row" onSubmit={submit}>
      <input class="input short" name="row" inputMode="numeric" aria-label={`Row of the batch, 1 to ${event.rows}`} autofocus />
      <button type="submit" class="button">
        Go
      </button>
    </form>
  );
}

function Digest({ event, attempt }: { event: Event; attempt: Attempt | undefined }) {
  if (!event.bodyDigest) return null;
  const [kind, hex] = event.bodyDigest.split(":");
  const short = hex ? `${kind} ${hex.slice(0, 4)}…${hex.slice(-4)}` : event.bodyDigest;
  const sent = attempt?.bodyDigest;
  return (
    <span class={`digest mono ${sent && sent !== event.bodyDigest ? "bad" : ""}`} title={`${event.bodyDigest}: the stored body; compared with what the chosen attempt sent`}>
      {short} {sent ? (sent === event.bodyDigest ? "matches" : "differs from what was sent") : ""}
    </span>
  );
}

export function BodyCard({ event, attempt, gone }: { event: Event; attempt: Attempt | undefined; gone: string | undefined }) {
  const { query } = address.value;
  const raw = query.get("view") === "raw";
  const first = Math.max(1, Math.min(Math.max(1, event.rows), Number(query.get("row")) || 1));
  const [part, setPart] = useState(0);
  const reader = useMemo(() => readerOf(event), [event.id, event.bodyBytes]);
  const parts = Math.max(1, Math.ceil(event.bodyBytes / partBytes));
  const setRow = (row: number) => setParameters({ row: row > 1 ? String(row) : undefined });
  const last = Math.min(event.rows, first + rowsShown - 1);
  return (
    <Card class="bare body-card">
      <Tabs
        id="body"
        label="Body"
        value={raw ? "raw" : "pretty"}
        options={[
          { value: "pretty", text: "Body" },
          { value: "raw", text: "Raw" },
        ]}
        onChange={(view) => setParameters({ view: view === "raw" ? "raw" : undefined })}
        end={
          !gone && (
            <>
              <span>{event.bodyBytes ? bytes(event.bodyBytes) : ""}</span>
              {event.bodyBytes <= copyMax && (
                <CopyButton label="Copy the body" bare text={() => request("GET", api.bodyUrl(event.id)).then((answer) => answer.text())} />
              )}
              <a class="icon-button" href={api.bodyUrl(event.id)} download aria-label="Download the body" title="Download the body">
                <Icon name="download" size={14} />
              </a>
            </>
          )
        }
      />
      <div class="code-box" {...panelOf("body", raw ? "raw" : "pretty")}>
        {gone ? (
          <p class="muted json">{gone}</p>
        ) : raw ? (
          <Raw event={event} reader={reader} part={part} />
        ) : (
          <Pretty event={event} reader={reader} first={first} />
        )}
      </div>
      {!gone && (
        <div class="body-foot">
          {raw ? (
            <>
              <span>
                Part {count(part + 1)} of {count(parts)}, 256 KiB each
              </span>
              <button type="button" class="link" disabled={part === 0} onClick={() => setPart(part - 1)}>
                Previous
              </button>
              <button type="button" class="link" disabled={part >= parts - 1} onClick={() => setPart(part + 1)}>
                Next
              </button>
            </>
          ) : event.rows > 0 ? (
            <>
              <span>
                Rows {count(first)} to {count(last)} of {count(event.rows)}
              </span>
              {first > 1 && (
                <button type="button" class="link" onClick={() => setRow(Math.max(1, first - rowsShown))}>
                  Previous {rowsShown}
                </button>
              )}
              {last < event.rows && (
                <button type="button" class="link" onClick={() => setRow(last + 1)}>
                  Next {rowsShown}
                </button>
              )}
              {event.rows > rowsShown && <GoToRow event={event} onRow={setRow} />}
            </>
          ) : (
            <span>No rows: {event.name}</span>
          )}
          <Digest event={event} attempt={attempt} />
        </div>
      )}
    </Card>
  );
}
