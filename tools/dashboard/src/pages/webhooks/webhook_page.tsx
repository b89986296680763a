import { useState } from "preact/hooks";
import { api, type Event, type Webhook } from "../../../api";
import { copyText } from "../../lib/clipboard";
import { count } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { importerName, keepWebhooks } from "../../lib/names";
import { useChanges, useReloadOn, useResource } from "../../lib/resource";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { IdChip } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import { showProblem } from "../../components/toast";
import { DisabledNote } from "./disabled_note";
import { DeleteWebhook, DisableWebhook } from "./webhook_actions";
import { EventsCard } from "./events_card";
import { LastAnswers } from "./last_answers";
import { LimitsCard } from "./limits_card";
import { Secrets } from "./secrets";
import { TestCard } from "./test_card";
import { VerifyCode } from "./verify_code";

export function WebhookPage({ id }: { id: string }) {
  const resource = useResource<Webhook>(`webhook ${id}`, async () => {
    const value = await api.webhook(id);
    keepWebhooks([value]);
    return value;
  });
  useChanges((changes) => {
    for (const change of changes) {
      if (change.kind === "webhook" && change.data.id === id) resource.change((before) => ({ ...before, ...(change.data as unknown as Webhook) }));
      if (change.kind === "reset" || change.kind === "reconnected") resource.reload();
    }
  });
  const stats = useResource("stats 1h", () => api.stats("1h"));
  useReloadOn((change) => (change.kind === "event" || change.kind === "attempt") && (change.data.webhookId ?? id) === id, stats.reload, 2000, 3000);
  const [test, setTest] = useState<Event>();
  const sendTest = async () => setTest(await api.test(id));
  const value = resource.data;
  useKeys({ t: () => value?.enabled && void sendTest().catch(showProblem), c: () => void copyText(id) });
  const crumbs = <a href="/webhooks">Webhooks</a>;
  if (!value) {
    return (
      <>
        <PageHead crumbs={crumbs} title={resource.problem ? "This webhook cannot be shown" : "Webhook"} name="Webhook" facts={<IdChip id={id} />} />
        {resource.problem && <ProblemBox problem={resource.problem} onRetry={resource.reload} />}
        {resource.loading && (
          <Card>
            <SkeletonBlock lines={6} loading />
          </Card>
        )}
      </>
    );
  }
  const lane = stats.data?.lanes.find((each) => each.webhookId === id);
  return (
    <>
      <PageHead
        crumbs={crumbs}
        title={<Text value={value.url} />}
        name={value.url.replace(/^https?:\/\//, "")}
        state={<Pill state={value.enabled ? "enabled" : "disabled"} />}
        facts={
          <>
            <IdChip id={value.id} />
            <span>
              {value.templateId ? (
                <>
                  importer{" "}
                  <a class="plain" href={`/importers/${encodeURIComponent(value.templateId)}`}>
                    <Text value={importerName(value.templateId)} />
                  </a>
                </>
              ) : (
                "all importers"
              )}
            </span>
            {lane && (
              <span>
                lane {lane.state}
                {lane.importId && lane.fileName && (
                  <>
                    {" "}
                    <a class="plain" href={`/imports/${lane.importId}`}>
                      <Text value={lane.fileName} />
                    </a>{" "}
                    {lane.index !== null && lane.count !== null && `${count(lane.index)}/${count(lane.count)}`}
                  </>
                )}
              </span>
            )}
          </>
        }
        actions={
          <>
            <DeleteWebhook webhook={value} />
            {value.enabled ? <DisableWebhook webhook={value} queue={lane?.queue} /> : null}
            <Button
              kind="primary"
              changes
              shortcut="t"
              disabled={!value.enabled}
              reason={value.enabled ? undefined : "Enable the webhook before testing it"}
              onClick={sendTest}
            >
              Send test
            </Button>
          </>
        }
      />
      {!value.enabled && <DisabledNote webhook={value} />}
      {value.description && (
        <p class="muted pad">
          <Text value={value.description} />
        </p>
      )}
      <div class="columns webhook">
        <div>
          <Secrets webhook={value} />
          <EventsCard webhook={value} />
          <LimitsCard webhook={value} />
        </div>
        <div>
          <LastAnswers webhook={value} lane={lane} />
          <TestCard webhook={value} sent={test} />
          <VerifyCode webhook={value} />
        </div>
      </div>
    </>
  );
}
