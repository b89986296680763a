import { api, type Webhook } from "../../../api";
import { count, hostPath } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { importerName, importers, keepWebhooks } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { address, navigate, setParameters } from "../../lib/router";
import { useRows } from "../../lib/rows";
import { Ago } from "../../components/ago";
import { mayChange, readOnlyReason } from "../../components/button";
import { Empty } from "../../components/empty";
import { FilterChip, SearchBox } from "../../components/filter_chip";
import { PageHead } from "../../components/page_head";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { SkeletonRows } from "../../components/skeleton";
import { Text } from "../../components/text";

export function NewLink({ href, children }: { href: string; children: string }) {
  if (!mayChange()) {
    return (
      <button type="button" class="button primary" disabled title={readOnlyReason()}>
        {children}
      </button>
    );
  }
  return (
    <a class="button primary" href={href}>
      {children}
      <kbd>n</kbd>
    </a>
  );
}

function WebhookRow({ value, row }: { value: Webhook; row: { id: string; class: string; onClick: () => void } }) {
  return (
    <tr {...row}>
      <th scope="row" class="first">
        <a class="row-link mono" href={`/webhooks/${value.id}`}>
          <span class="clip url">{hostPath(value.url)}</span>
        </a>
      </th>
      <td class="state">
        <Pill state={value.enabled ? "enabled" : "disabled"} />
      </td>
      <td class="muted">{value.templateId ? <Text value={importerName(value.templateId)} /> : "all importers"}</td>
      <td class="mono narrow-off">{value.events.join(", ")}</td>
      <td class="muted whole">
        <span class="clip">
          <Text value={value.disabledReason ?? value.description} />
        </span>
      </td>
      <td class="num muted narrow-off">
        <Ago at={value.createdAt} />
      </td>
    </tr>
  );
}

export function Webhooks() {
  const { query } = address.value;
  const templateId = query.get("templateId") ?? undefined;
  const enabled = query.get("enabled") ?? undefined;
  const webhooks = useResource(`webhooks ${templateId ?? ""}`, async () => {
    const answer = await api.webhooks({ templateId });
    keepWebhooks(answer.data);
    return answer;
  });
  useReloadOn((change) => change.kind === "webhook" || change.kind === "deleted", webhooks.reload, 300);
  const q = query.get("q") ?? "";
  const words = q.toLowerCase();
  const rows = (webhooks.data?.data ?? []).filter(
    (each) => (enabled === undefined || String(each.enabled) === enabled) && (!words || `${each.url} ${each.description} ${each.id}`.toLowerCase().includes(words)),
  );
  const { row } = useRows(rows.map((each) => each.id), (id) => `/webhooks/${id}`);
  useKeys({ n: () => mayChange() && navigate("/webhooks/new") });
  const none = webhooks.data && !webhooks.data.data.length && !templateId;
  return (
    <>
      <PageHead title="Webhooks" name="Webhooks" actions={<NewLink href="/webhooks/new">New webhook</NewLink>} />
      {webhooks.problem && <ProblemBox problem={webhooks.problem} onRetry={webhooks.reload} />}
      {none ? (
        <Empty title="No webhook yet">
          A webhook is a callback URL with its signing secret and its list of events. It belongs to one importer or to all of them, and has a lane of
          its own: one request in flight, ever.
        </Empty>
      ) : (
        (webhooks.data || webhooks.loading) && (
          <>
            <div class="filters">
              <SearchBox label="URL, description or id" value={q} shortcut="/" onChange={(text) => setParameters({ q: text })} />
              <FilterChip
                label="Importer"
                value={templateId}
                options={[...importers.value.values()].map((each) => ({ value: each.id, text: each.name }))}
                onChange={(id) => setParameters({ templateId: id })}
              />
              <FilterChip
                label="Enabled"
                value={enabled}
                options={[
                  { value: "true", text: "yes" },
                  { value: "false", text: "no" },
                ]}
                onChange={(value) => setParameters({ enabled: value })}
              />
            </div>
            <section class="card bare list live" aria-label="Webhooks">
              <div class="scroll-x">
                <table class="table cards">
                  <thead>
                    <tr>
                      <th scope="col">URL</th>
                      <th scope="col">State</th>
                      <th scope="col">Importer</th>
                      <th scope="col">Events</th>
                      <th scope="col">Description</th>
                      <th scope="col" class="num">Age</th>
                    </tr>
                  </thead>
                  <tbody>
                    <SkeletonRows rows={4} columns={6} loading={webhooks.loading} />
                    {rows.map((value) => (
                      <WebhookRow key={value.id} value={value} row={row(value.id)} />
                    ))}
                  </tbody>
                </table>
              </div>
              {webhooks.data && !rows.length && (
                <p class="muted pad center">
                  No webhook matches. Drop a filter above, or{" "}
                  <button type="button" class="link" onClick={() => navigate("/webhooks")}>
                    Clear
                  </button>
                </p>
              )}
            </section>
            {webhooks.data && (
              <div class="list-foot">
                <span>
                  {count(rows.length)} of {webhooks.data.next ? `the newest ${count(webhooks.data.data.length)}: there are more` : count(webhooks.data.data.length)}
                </span>
              </div>
            )}
          </>
        )
      )}
    </>
  );
}
