import { api } from "../../../api";
import { count, hostPath } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { keepImporters } from "../../lib/names";
import { useReloadOn, useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { useRows } from "../../lib/rows";
import { Ago } from "../../components/ago";
import { mayChange } from "../../components/button";
import { IdChip } from "../../components/id_chip";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { SkeletonRows } from "../../components/skeleton";
import { Text } from "../../components/text";
import { FirstSteps } from "../first_steps";
import { NewLink } from "../webhooks/webhooks";

export function Importers() {
  const importers = useResource("importers", async () => {
    const answer = await api.importers();
    keepImporters(answer.data);
    return answer;
  });
  useReloadOn((change) => change.kind === "importer" || change.kind === "deleted", importers.reload, 300);
  const rows = importers.data?.data ?? [];
  const { row } = useRows(rows.map((each) => each.id), (id) => `/importers/${encodeURIComponent(id)}`);
  useKeys({ n: () => mayChange() && navigate("/importers/new") });
  const none = importers.data && !rows.length;
  return (
    <>
      <PageHead title="Importers" name="Importers" actions={!none && <NewLink href="/importers/new">New importer</NewLink>} />
      {importers.problem && <ProblemBox problem={importers.problem} onRetry={importers.reload} />}
      {none && <FirstSteps title="No importer yet" />}
      {(rows.length > 0 || importers.loading) && (
        <section class="card bare list live" aria-label="Importers">
          <div class="scroll-x">
            <table class="table cards">
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">templateId</th>
                  <th scope="col">Webhook URL</th>
                  <th scope="col" class="num">Batch size</th>
                  <th scope="col">dataSync</th>
                  <th scope="col" class="num">Age</th>
                </tr>
              </thead>
              <tbody>
                <SkeletonRows rows={4} columns={6} loading={importers.loading} />
                {rows.map((value) => (
                  <tr key={value.id} {...row(value.id)}>
                    <th scope="row" class="first">
                      <a class="row-link" href={`/importers/${encodeURIComponent(value.id)}`}>
                        <Text value={value.name || value.id} />
                      </a>
                    </th>
                    <td class="narrow-off">
                      <IdChip id={value.id} short />
                    </td>
                    <td class="mono whole">
                      <span class="clip url">{value.webhookUrl ? <Text value={hostPath(value.webhookUrl)} /> : <span class="faint">its webhooks</span>}</span>
                    </td>
                    <td class="num">
                      {count(value.batchSize)}
                      <span class="narrow-only faint">&nbsp;rows a batch</span>
                    </td>
                    <td class="muted narrow-off">{value.dataSync ? "kept" : "not kept"}</td>
                    <td class="num muted push">
                      <Ago at={value.createdAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
    </>
  );
}
