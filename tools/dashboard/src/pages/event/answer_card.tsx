import { useState } from "preact/hooks";
import type { Attempt } from "../../../api";
import { bodyBytes } from "../../lib/answer";
import { clockTime, count } from "../../lib/format";
import { retryAfterMs } from "../../lib/retry_after";
import { address, setParameters } from "../../lib/router";
import { Card } from "../../components/card";
import { isReused, Waterfall } from "../../components/phases";
import { panelOf, Tabs } from "../../components/tabs";
import { Bytes, Text } from "../../components/text";

const valueMax = 400;

const titles: Record<number, string> = {
  200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 400: "Bad Request",
  401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict",
  410: "Gone", 413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 429: "Too Many Requests",
  500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
};

/** What Retry-After comes to, in place: text of a stranger is never believed without showing what it was read as. */
function Explained({ name, value, attempt }: { name: string; value: string; attempt: Attempt }) {
  if (name.toLowerCase() !== "retry-after") return null;
  const begun = Date.parse(attempt.startedAt) + (attempt.durationMs ?? 0);
  const wait = retryAfterMs(value, begun);
  if (wait === undefined) return <span class="faint">{"   → not a time: ignored"}</span>;
  return <span class="faint">{`   → not before ${clockTime(new Date(begun + wait))}`}</span>;
}

/** A value of a header; of a very long one its begin, so that what stands after it is seen. */
function HeaderValue({ value }: { value: string }) {
  const [whole, setWhole] = useState(false);
  if (whole || value.length <= valueMax) return <Text value={value} />;
  return (
    <>
      <Text value={value.slice(0, valueMax)} />…{" "}
      <button type="button" class="link" onClick={() => setWhole(true)}>
        Show all {count(value.length)} characters
      </button>
    </>
  );
}

function Headers({ headers, attempt }: { headers: Record<string, string>; attempt?: Attempt }) {
  return (
    <>
      {Object.entries(headers).map(([name, value]) => (
        <div key={name}>
          <bdi class="k">
            <Text value={name} />
          </bdi>
          : <HeaderValue value={value} />
          {attempt && <Explained name={name} value={value} attempt={attempt} />}
        </div>
      ))}
    </>
  );
}

function Answer({ attempt }: { attempt: Attempt }) {
  const body = bodyBytes(attempt);
  return (
    <>
      {attempt.status ? (
        <div class="first">
          HTTP/1.1 {attempt.status} {titles[attempt.status] ?? ""}
        </div>
      ) : (
        <div class="lines">
          No answer. <Text value={attempt.error ?? ""} />
        </div>
      )}
      <Headers headers={attempt.responseHeaders} attempt={attempt} />
      {body.length > 0 && (
        <>
          <div class="gap" />
          <Bytes value={body} />
        </>
      )}
      {attempt.status && !body.length ? (
        <>
          <div class="gap" />
          <div class="first">(no body)</div>
        </>
      ) : null}
    </>
  );
}

export function AnswerCard({ attempt }: { attempt: Attempt }) {
  const headers = address.value.query.get("answer") === "headers";
  const value = headers ? "headers" : "answer";
  const length = Number(Object.entries(attempt.responseHeaders).find(([name]) => name.toLowerCase() === "content-length")?.[1]);
  const kept = bodyBytes(attempt).length;
  return (
    <Card class="bare">
      <Tabs
        id="answer"
        label="Answer"
        value={value}
        options={[
          { value: "answer", text: `Answer to attempt ${attempt.number}` },
          { value: "headers", text: "Request headers" },
        ]}
        onChange={(next) => setParameters({ answer: next === "headers" ? "headers" : undefined })}
        end={<span class="wide-only">text, never rendered</span>}
      />
      <div class="code-box http mono" {...panelOf("answer", value)}>
        {headers ? (
          <>
            <div class="first">POST, attempt {attempt.number}</div>
            <Headers headers={attempt.requestHeaders} />
          </>
        ) : (
          <Answer attempt={attempt} />
        )}
      </div>
      <div class="wf-box">
        <Waterfall phases={attempt.phases} />
        <p class="wf-foot">
          {attempt.remoteAddress ? (
            <>
              Remote address <Text value={attempt.remoteAddress} />
            </>
          ) : (
            "No connection was made"
          )}
          {attempt.remoteAddress && (isReused(attempt.phases) ? " · connection reused" : " · new connection")}
          {attempt.status && attempt.error ? (
            <>
              {" · "}
              <Text value={attempt.error} />
            </>
          ) : null}
          {attempt.status ? ` · ${count(kept)} ${Number.isFinite(length) ? `of ${count(length)} ` : ""}bytes kept` : ""}
        </p>
      </div>
    </Card>
  );
}
