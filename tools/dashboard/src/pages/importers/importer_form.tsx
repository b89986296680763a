import { useState } from "preact/hooks";
import { api, type Importer } from "../../../api";
import { submitOnCtrlEnter, useForm } from "../../lib/form";
import { keepImporters } from "../../lib/names";
import { useResource } from "../../lib/resource";
import { navigate } from "../../lib/router";
import { mayChange, readOnlyReason } from "../../components/button";
import { Card } from "../../components/card";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { UrlField } from "../../components/url_field";
import { MappingFields, pairsOf, type Pair } from "./mapping_fields";

function Form({ importer }: { importer: Importer | undefined }) {
  const form = useForm({
    name: importer?.name ?? "",
    webhookUrl: importer?.webhookUrl ?? "",
    batchSize: String(importer?.batchSize ?? 5000),
    dataSync: importer?.dataSync ?? true,
    pairs: Object.entries(importer?.columns ?? {}) as Pair[],
    dropUnmapped: importer?.dropUnmapped ?? false,
    hosts: (importer?.allowedWebhookHosts ?? []).join("\n"),
  });
  const [allowed, setAllowed] = useState<boolean>();
  const { value, set, errorOf } = form;
  const size = Number(value.batchSize.replace(/[,\s]/g, ""));
  const sized = Number.isInteger(size) && size >= 1;
  const urlFine = allowed || importer?.webhookUrl === value.webhookUrl.trim();
  const missing = !mayChange()
    ? readOnlyReason()
    : !value.name.trim()
      ? "It needs a name."
      : !sized
        ? "It needs a batchSize."
        : !urlFine
          ? "Its webhookUrl is not allowed."
          : undefined;
  const ready = !missing;
  const save = (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    void form.submit(async () => {
      const fields: Partial<Importer> = {
        name: value.name.trim(),
        batchSize: size,
        dataSync: value.dataSync,
        columns: pairsOf(value.pairs),
        dropUnmapped: value.dropUnmapped,
        allowedWebhookHosts: value.hosts.split(/[\s,]+/).filter(Boolean),
      };
      const url = value.webhookUrl.trim();
      if (url || importer) fields.webhookUrl = url || null;
      const saved = importer ? await api.updateImporter(importer.id, fields) : await api.createImporter(fields);
      keepImporters([saved]);
      navigate(`/importers/${encodeURIComponent(saved.id)}`);
    });
  };
  const named = ["name", "webhookUrl", "batchSize", "columns", "allowedWebhookHosts"];
  return (
    <form onSubmit={save} onKeyDown={submitOnCtrlEnter}>
      {form.problem && !named.includes(form.problem.field ?? "") && <ProblemBox problem={form.problem} />}
      <div class="columns webhook">
        <Card title="Importer">
          <label class="field">
            <span>name</span>
            <input class="input" value={value.name} autofocus={!importer} onInput={(event) => set({ name: event.currentTarget.value })} />
            {errorOf("name") && <span class="field-error">{errorOf("name")}</span>}
          </label>
          <UrlField
            label="webhookUrl"
            name="webhookUrl"
            value={value.webhookUrl}
            optional
            onChange={(webhookUrl) => set({ webhookUrl })}
            onVerdict={setAllowed}
            error={errorOf("webhookUrl")}
          />
          <label class="field">
            <span>batchSize</span>
            <span class="row">
              <input class="input short" inputMode="numeric" value={value.batchSize} aria-invalid={sized ? undefined : "true"} onInput={(event) => set({ batchSize: event.currentTarget.value })} />
              rows in a batch, at most
            </span>
            {!sized && <span class="field-error">A whole number of rows, 1 or more</span>}
            {errorOf("batchSize") && <span class="field-error">{errorOf("batchSize")}</span>}
          </label>
          <label class="check">
            <input type="checkbox" checked={value.dataSync} onChange={(event) => set({ dataSync: event.currentTarget.checked })} />
            <span>
              <code>dataSync</code> <span class="muted">keep file, events and answers until retention takes them, to look at and to resend</span>
            </span>
          </label>
          <label class="field">
            <span>allowedWebhookHosts</span>
            <textarea class="input mono" value={value.hosts} placeholder="hooks.example.com" onInput={(event) => set({ hosts: event.currentTarget.value })} />
            <span class="hint">Hosts that a browser upload may name as webhookUrl, one a line.</span>
            {errorOf("allowedWebhookHosts") && <span class="field-error">{errorOf("allowedWebhookHosts")}</span>}
          </label>
        </Card>
        <Card title="Mapping" hint="header in the file → key in data">
          <MappingFields pairs={value.pairs} onChange={(pairs) => set({ pairs })} error={errorOf("columns")} />
          <label class="check">
            <input type="checkbox" checked={value.dropUnmapped} onChange={(event) => set({ dropUnmapped: event.currentTarget.checked })} />
            <span>
              <code>dropUnmapped</code> <span class="muted">send only the columns named above</span>
            </span>
          </label>
        </Card>
      </div>
      <div class="form-actions">
        <button type="submit" class="button primary" disabled={!ready} aria-busy={form.busy || undefined}>
          {importer ? "Save" : "Create the importer"}
          <kbd>Ctrl Enter</kbd>
        </button>
        <a class="button quiet" href={importer ? `/importers/${encodeURIComponent(importer.id)}` : "/importers"}>
          Cancel
        </a>
        {missing && <span class="muted">{missing}</span>}
      </div>
    </form>
  );
}

export function ImporterForm({ id }: { id?: string }) {
  const existing = useResource<Importer>(id && `importer ${id}`, () => api.importer(id as string));
  const title = id ? "Edit importer" : "New importer";
  return (
    <>
      <PageHead crumbs={<a href="/importers">Importers</a>} title={title} name={title} />
      {existing.problem && <ProblemBox problem={existing.problem} onRetry={existing.reload} />}
      {existing.loading && <SkeletonBlock lines={6} loading />}
      {(!id || existing.data) && <Form importer={existing.data} />}
    </>
  );
}
