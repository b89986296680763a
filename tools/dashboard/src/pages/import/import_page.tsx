import { useEffect, useState } from "preact/hooks";
import { api, type Import, type ImportLane } from "../../../api";
import { bytes, count } from "../../lib/format";
import { copyText } from "../../lib/clipboard";
import { useKeys } from "../../lib/keys";
import { importerName, keepFiles, keepWebhooks, webhooks } from "../../lib/names";
import { useChanges, useResource } from "../../lib/resource";
import { address, setParameters } from "../../lib/router";
import { shownLanes } from "../../lib/shown_lanes";
import { Ago } from "../../components/ago";
import { Card } from "../../components/card";
import { IdChip } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import { Actions } from "./actions";
import { BatchesCard } from "./batches_card";
import { Cause } from "./cause";
import { FirstRows } from "./first_rows";
import { LanesCard } from "./lanes_card";
import { RowErrors } from "./row_errors";
import { TimelineCard } from "./timeline_card";

/** The lane to show: the one of the address, else the one that needs a look, else the slowest. */
function chosenLane(value: Import, wanted: string | null) {
  return (
    value.webhooks.find((lane) => lane.webhookId === wanted) ??
    value.webhooks.find((lane) => lane.state === "halted") ??
    value.webhooks.reduce<Import["webhooks"][number] | undefined>(
      (slowest, lane) => (!slowest || lane.delivered < slowest.delivered ? lane : slowest),
      undefined,
    )
  );
}

export function ImportPage({ id }: { id: string }) {
  const { query } = address.value;
  const resource = useResource<Import>(`import ${id}`, async () => {
    const value = await api.import(id);
    keepFiles([value]);
    return value;
  });
  useChanges((changes) => {
    for (const change of changes) {
      if (change.kind === "import" && change.data.id === id) resource.change(() => change.data as unknown as Import);
      if (change.kind === "reset" || change.kind === "reconnected") resource.reload();
    }
  });
  useKeys({ c: () => void copyText(id) });
  const [fileGone, setFileGone] = useState(false);
  const value = resource.data;
  const lane = value && chosenLane(value, query.get("webhook"));
  useMissingWebhooks(value && shownLanes(value, lane?.webhookId));
  const batch = Number(query.get("batch")) || undefined;
  const choose = (next: number) => setParameters({ batch: String(next) });
  const crumbs = (
    <>
      <a href="/imports">Imports</a>
      {value && (
        <>
          {" / "}
          <a href={`/importers/${encodeURIComponent(value.templateId)}`}>
            <Text value={importerName(value.templateId)} />
          </a>
        </>
      )}
    </>
  );
  if (!value) {
    return (
      <>
        <PageHead crumbs={crumbs} title={resource.problem ? "This import cannot be shown" : "Import"} name="Import" facts={<IdChip id={id} />} />
        {resource.problem && <ProblemBox problem={resource.problem} onRetry={resource.reload} />}
        {resource.loading && (
          <Card>
            <SkeletonBlock lines={6} loading />
          </Card>
        )}
      </>
    );
  }
  const kept = value.dataSync;
  return (
    <>
      <PageHead
        crumbs={crumbs}
        title={<Text value={value.fileName || value.id} />}
        name={value.fileName || value.id}
        state={<Pill state={value.state} />}
        facts={
          <>
            <IdChip id={value.id} />
            {value.state !== "failed" && value.state !== "receiving" && <span>{count(value.totalRows)} rows</span>}
            <span>{bytes(value.bytes)}</span>
            {value.startedAt ? (
              <span>
                started <Ago at={value.startedAt} suffix=" ago" />
              </span>
            ) : (
              <span>
                accepted <Ago at={value.createdAt} suffix=" ago" />
              </span>
            )}
            {typeof value.user?.id === "string" && (
              <span>
                user <Text value={value.user.id} />
              </span>
            )}
          </>
        }
        actions={<Actions value={value} lane={lane} fileGone={fileGone} />}
      />
      <Cause value={value} lane={lane} />
      <div class={value.state === "failed" || value.state === "receiving" ? "" : "columns"}>
        <div>
          {value.count > 0 && lane && (
            <>
              {/* One lane's strip and answers are nothing to another's: each lane has a card of its own. */}
              <BatchesCard key={`batches ${lane.webhookId}`} value={value} lane={lane} batch={batch} onSelect={choose} />
              <TimelineCard key={`timeline ${lane.webhookId}`} value={value} lane={lane} fileGone={fileGone} />
            </>
          )}
          {kept ? (
            <FirstRows value={value} onGone={() => setFileGone(true)} />
          ) : (
            <Card title="First rows" hint="dataSync is false: this import keeps no file and no events" />
          )}
        </div>
        <div>
          <LanesCard value={value} chosen={lane?.webhookId} />
          <Card title="Noticed about the file">
            {value.notes.length ? (
              <ul class="bullets">
                {value.notes.map((note, index) => (
                  <li key={index}>
                    <Text value={note.detail} />
                  </li>
                ))}
              </ul>
            ) : (
              <p class="muted">{{ receiving: "The file is not here yet.", failed: "It could not be read to its end." }[value.state as string] ?? "Nothing: it was read as it is."}</p>
            )}
          </Card>
          <RowErrors value={value} />
        </div>
      </div>
    </>
  );
}

/** Webhooks of the import whose names are not known yet: more than a page of them, or deleted ones. */
function useMissingWebhooks(lanes: ImportLane[] | undefined): void {
  const missing = lanes?.map((lane) => lane.webhookId).filter((id) => !webhooks.value.has(id)) ?? [];
  const key = missing.join(" ");
  useEffect(() => {
    for (const id of missing) {
      api.webhook(id).then(
        (webhook) => keepWebhooks([webhook]),
        () => undefined,
      );
    }
  }, [key]);
}

