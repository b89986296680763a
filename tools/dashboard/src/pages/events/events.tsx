import { useState } from "preact/hooks";
import { api, type Event } from "../../../api";
import { count } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { standsOn, useNewer } from "../../lib/newer";
import { useChanges, useResource } from "../../lib/resource";
import { address, navigate, setParameters, withParameters } from "../../lib/router";
import { focusMain, keepEventIds, useRows } from "../../lib/rows";
import { isWithin, readSince, sinceTime } from "../../lib/since";
import { Button } from "../../components/button";
import { CopyButton } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { SkeletonRows } from "../../components/skeleton";
import { Empty } from "../../components/empty";
import { EventRow } from "./event_row";
import { EventFilters, filterNames, focusNextFilter, type Filters } from "./event_filters";
import { ResendMany } from "./resend_many";

const pageSize = 50;

function readFilters(query: URLSearchParams): Filters {
  const out: Filters = {};
  for (const name of filterNames) out[name] = query.get(name) ?? undefined;
  return { ...out, since: readSince(out.since), until: readSince(out.until) };
}

/** Whether an event that the stream brought belongs to what is asked for. */
function matches(event: Event, filters: Filters): boolean {
  return (
    isWithin(event.createdAt, filters) &&
    (!filters.importId || event.importId === filters.importId) &&
    (!filters.webhookId || event.webhookId === filters.webhookId) &&
    (!filters.state || event.state === filters.state) &&
    (!filters.name || event.name === filters.name)
  );
}

export function Events() {
  const { query } = address.value;
  const filters = readFilters(query);
  const cursor = query.get("cursor") ?? undefined;
  const filtered = filterNames.some((name) => filters[name]);
  const asked = { ...filters, since: sinceTime(filters.since), until: sinceTime(filters.until) };
  const events = useResource(`events ${query.toString()}`, async () => api.events({ ...asked, cursor, limit: pageSize }));
  const rows = events.data?.data ?? [];
  const newer = useNewer(query.toString());
  const [resending, setResending] = useState(false);
  useChanges((changes) => {
    const fresh: string[] = [];
    let reload = false;
    events.change((answer) => {
      let data = answer.data;
      for (const change of changes) {
        if (change.kind === "reset" || change.kind === "reconnected") reload = true;
        if (change.kind !== "event") continue;
        const value = change.data as unknown as Event;
        const at = data.findIndex((each) => each.id === value.id);
        if (at >= 0) data = data.with(at, { ...data[at], ...value });
        else if (!cursor && matches(value, asked) && standsOn(value, answer)) fresh.push(value.id);
      }
      return data === answer.data ? answer : { ...answer, data };
    });
    newer.add(fresh);
    if (reload) events.reload();
  });
  keepEventIds(rows.map((each) => each.id));
  const { row } = useRows(rows.map((each) => each.id), (id) => `/events/${id}`);
  useKeys({ R: () => rows.length > 0 && setResending(true), f: focusNextFilter });

  const set = (changes: Record<string, string | undefined>) => setParameters({ cursor: undefined, ...changes });
  const showNewer = () => {
    newer.clear();
    focusMain();
    if (cursor) navigate(withParameters({ cursor: undefined }));
    else events.reload();
  };
  const total = events.data?.total;
  const none = events.data && !rows.length;
  return (
    <>
      <PageHead
        title="Events"
        name="Events"
        actions={
          <>
            <span class="wide-only">
              <CopyButton text={window.location.href} label="Copy link" />
            </span>
            <Button changes icon="resend" shortcut="R" disabled={!rows.length} onClick={() => setResending(true)}>
              Resend all that match…
            </Button>
          </>
        }
      />
      <EventFilters
        filters={filters}
        set={set}
        total={
          events.data &&
          (total === null ? "more than 10,000 events" : total === undefined ? undefined : `${count(total)} ${total === 1 ? "event" : "events"}`)
        }
      />
      {newer.size > 0 && (
        <div class="newer">
          <button type="button" onClick={showNewer}>
            {newer.words("event")} · show
          </button>
        </div>
      )}
      {events.problem && <ProblemBox problem={events.problem} onRetry={events.reload} />}
      {none && !filtered && (
        <Empty title="No event yet">
          An event is one message meant for one webhook: a batch of rows, or a lifecycle message. Upload a file, or send a test from a{" "}
          <a href="/webhooks">webhook</a>.
        </Empty>
      )}
      {((events.data && (rows.length || filtered)) || events.loading) && (
        <section class="card bare list live" aria-label="Events">
          <div class="scroll-x">
            <table class="table cards events">
              <thead>
                <tr>
                  <th scope="col">Event</th>
                  <th scope="col">Name</th>
                  <th scope="col">Import</th>
                  <th scope="col" class="num">Batch</th>
                  <th scope="col">Webhook</th>
                  <th scope="col">State</th>
                  <th scope="col">Status</th>
                  <th scope="col" class="num">Attempts</th>
                  <th scope="col" class="num">Answer</th>
                  <th scope="col" class="num">Age</th>
                </tr>
              </thead>
              <tbody>
                <SkeletonRows rows={10} columns={10} loading={events.loading} />
                {rows.map((value) => (
                  <EventRow key={value.id} value={value} row={row(value.id)} />
                ))}
              </tbody>
            </table>
          </div>
          {none && filtered && (
            <p class="muted pad center">
              No event matches. Drop a filter above, or{" "}
              <button type="button" class="link" onClick={() => navigate("/events")}>
                Clear
              </button>
            </p>
          )}
        </section>
      )}
      {rows.length > 0 && (
        <div class="list-foot">
          <span>Newest first</span>
          <span class="wide-only">
            <kbd>j</kbd> <kbd>k</kbd> move &nbsp;<kbd>Enter</kbd> open &nbsp;<kbd>f</kbd> filter
          </span>
          <span class="pages">
            {cursor && <a href={withParameters({ cursor: undefined })}>Newest</a>}
            {events.data?.next && <a href={withParameters({ cursor: events.data.next })}>Older</a>}
          </span>
        </div>
      )}
      {resending && <ResendMany filters={asked} shown={filters} onClose={() => setResending(false)} />}
    </>
  );
}
