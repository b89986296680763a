import { useState } from "preact/hooks";
import { api, type Importer } from "../../../api";
import { copyText } from "../../lib/clipboard";
import { count, plural } from "../../lib/format";
import { useKeys } from "../../lib/keys";
import { keepFiles, keepImporters, webhooks } from "../../lib/names";
import { countOpenImports } from "../../lib/open_imports";
import { useReloadOn, useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { Ago } from "../../components/ago";
import { Button } from "../../components/button";
import { Card } from "../../components/card";
import { Confirm, typedNumber } from "../../components/confirm";
import { IdChip } from "../../components/id_chip";
import { Icon } from "../../components/icons";
import { PageHead } from "../../components/page_head";
import { Pill } from "../../components/pill";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import { toast } from "../../components/toast";
import { ImportProgress } from "../imports/import_row";

function Mapping({ value }: { value: Importer }) {
  const columns = Object.entries(value.columns);
  return (
    <Card title="Mapping" hint={value.dropUnmapped ? "only the named columns are sent" : "other columns are sent under their own header"} flush>
      {columns.length ? (
        <table class="table small mapping">
          <thead>
            <tr>
              <th scope="col">Header in the file</th>
              <th scope="col">Key in data</th>
            </tr>
          </thead>
          <tbody>
            {columns.map(([header, key]) => (
              <tr key={header}>
                <th scope="row" class="mono">
                  <Text value={header} />
                </th>
                <td class="mono">
                  <Text value={key} />
                </td>
              </tr>
            ))}
            {value.dropUnmapped && (
              <tr>
                <td class="struck">every other header</td>
                <td class="faint">dropped</td>
              </tr>
            )}
          </tbody>
        </table>
      ) : (
        <p class="muted pad">No column is renamed: headers are the keys.</p>
      )}
    </Card>
  );
}

function DeleteQuestion({ value, onClose }: { value: Importer; onClose: () => void }) {
  const found = useResource(`open imports of ${value.id} ${useState(() => Date.now())[0]}`, () => countOpenImports(value.id));
  const stops = found.data;
  return (
    <Confirm
      title={`Delete the importer ${value.name}?`}
      verb={stops ? `Delete and stop ${plural(stops, "import")}` : "Delete the importer"}
      number={typedNumber(stops)}
      danger
      waits={found.loading}
      onConfirm={async () => {
        await api.deleteImporter(value.id);
        navigate("/importers");
        toast("The importer is deleted.");
      }}
      onClose={onClose}
    >
      <p>
        {found.problem
          ? "Its open imports could not be counted."
          : stops === undefined
            ? "Counting its open imports…"
            : stops
              ? `${plural(stops, "import")} of it ${stops === 1 ? "is" : "are"} still open.`
              : "No import of it is open."}{" "}
        Programs that name its templateId are refused from then on.
      </p>
    </Confirm>
  );
}

function DeleteImporter({ value }: { value: Importer }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Button kind="quiet" changes onClick={() => setAsking(true)}>
        Delete
      </Button>
      {asking && <DeleteQuestion value={value} onClose={() => setAsking(false)} />}
    </>
  );
}

export function ImporterPage({ id }: { id: string }) {
  const resource = useResource<Importer>(`importer ${id}`, async () => {
    const value = await api.importer(id);
    keepImporters([value]);
    return value;
  });
  const imports = useResource(`imports of ${id}`, async () => {
    const answer = await api.imports({ templateId: id, limit: 10 });
    keepFiles(answer.data);
    return answer.data;
  });
  useReloadOn((change) => change.kind === "importer" && change.data.id === id, resource.reload, 300);
  useReloadOn((change) => change.kind === "import" && change.data.templateId === id, imports.reload, 1000);
  useKeys({ c: () => void copyText(id) });
  const value = resource.data;
  const crumbs = <a href="/importers">Importers</a>;
  if (!value) {
    return (
      <>
        <PageHead crumbs={crumbs} title={resource.problem ? "This importer cannot be shown" : "Importer"} name="Importer" facts={<IdChip id={id} />} />
        {resource.problem && <ProblemBox problem={resource.problem} onRetry={resource.reload} />}
        {resource.loading && (
          <Card>
            <SkeletonBlock lines={6} loading />
          </Card>
        )}
      </>
    );
  }
  const hooks = [...webhooks.value.values()].filter((each) => each.templateId === id || each.templateId === null);
  return (
    <>
      <PageHead
        crumbs={crumbs}
        title={<Text value={value.name || value.id} />}
        name={value.name || value.id}
        facts={<IdChip id={value.id} />}
        actions={
          <>
            <DeleteImporter value={value} />
            <a class="button" href={`/importers/${encodeURIComponent(value.id)}/edit`}>
              Edit
            </a>
            <a class="button primary" href={`/upload?templateId=${encodeURIComponent(value.id)}`}>
              <Icon name="upload" size={14} />
              Upload CSV
            </a>
          </>
        }
      />
      <div class="columns webhook">
        <div>
          <Card title="Defaults">
            <dl class="facts-list">
              <dt>batchSize</dt>
              <dd>{count(value.batchSize)} rows</dd>
              <dt>dataSync</dt>
              <dd>{value.dataSync ? "yes: file, events and answers are kept until retention takes them" : "no: nothing is kept after the last batch"}</dd>
              <dt>webhookUrl</dt>
              <dd class="mono">{value.webhookUrl ? <Text value={value.webhookUrl} /> : <span class="faint">none: its webhooks</span>}</dd>
              <dt>allowedWebhookHosts</dt>
              <dd class="mono">{value.allowedWebhookHosts.length ? <Text value={value.allowedWebhookHosts.join(", ")} /> : <span class="faint">none</span>}</dd>
            </dl>
          </Card>
          <Mapping value={value} />
        </div>
        <div>
          <Card title="Webhooks" hint="an import goes to every enabled one" action={<a href={`/webhooks/new?templateId=${encodeURIComponent(id)}`}>New webhook</a>}>
            {!hooks.length && <p class="muted">None yet: an import of it has nowhere to go unless it names a webhookUrl.</p>}
            <ul class="lanes-list">
              {hooks.map((hook) => (
                <li key={hook.id} class="row between">
                  <a class="plain mono clip" href={`/webhooks/${hook.id}`}>
                    <Text value={hook.url} />
                  </a>
                  <Pill state={hook.enabled ? "enabled" : "disabled"} />
                </li>
              ))}
            </ul>
          </Card>
          <Card title="Last imports" flush action={<a href={`/imports?templateId=${encodeURIComponent(id)}`}>All</a>}>
            {imports.problem && <ProblemBox problem={imports.problem} onRetry={imports.reload} />}
            {imports.data && !imports.data.length && <p class="muted pad">Nothing was imported through it yet.</p>}
            <div class="scroll-x">
              <table class="table cards">
                <thead>
                  <tr>
                    <th scope="col">File</th>
                    <th scope="col">State</th>
                    <th scope="col">Progress (batches)</th>
                    <th scope="col" class="num">
                      Age
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {imports.data?.map((each) => (
                    <tr key={each.id}>
                      <th scope="row" class="first">
                        <a class="row-link name-clip" href={`/imports/${each.id}`}>
                          <Text value={each.fileName || each.id} />
                        </a>
                      </th>
                      <td class="state">
                        <Pill state={each.state} />
                      </td>
                      <td class="whole progress-cell">
                        <ImportProgress value={each} />
                      </td>
                      <td class="num muted push">
                        <span class="narrow-only">
                          {count(each.delivered)} / {count(each.count)} ·&nbsp;
                        </span>
                        <Ago at={each.startedAt ?? each.createdAt} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
        </div>
      </div>
    </>
  );
}
