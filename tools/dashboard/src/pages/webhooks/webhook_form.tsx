import { useState } from "preact/hooks";
import { api, type EventName, type Webhook } from "../../../api";
import { seconds } from "../../lib/format";
import { headersText, readHeaders, readSchedule, submitOnCtrlEnter, useForm } from "../../lib/form";
import { flat } from "../../lib/hostile";
import { importers, keepWebhooks } from "../../lib/names";
import { useResource } from "../../lib/resource";
import { address, navigate } from "../../lib/router";
import { mayChange, readOnlyReason } from "../../components/button";
import { Card } from "../../components/card";
import { CopyButton } from "../../components/id_chip";
import { Dialog } from "../../components/dialog";
import { PageHead } from "../../components/page_head";
import { ProblemBox } from "../../components/problem";
import { SkeletonBlock } from "../../components/skeleton";
import { Text } from "../../components/text";
import { UrlField } from "../../components/url_field";
import { EventBoxes } from "./events_card";
import { changedTls, TlsFields, tlsOf } from "./tls_fields";

const defaultSchedule = "0 s, 5 s, 30 s, 2 min, 10 min, 1 h, 3 h, 8 h";

function SecretOnce({ webhook }: { webhook: Webhook }) {
  const go = () => navigate(`/webhooks/${webhook.id}`);
  return (
    <Dialog title="The signing secret of the new webhook" onClose={go}>
      <p>Give it to the receiver as PULTER_SECRET. It can be shown again on the webhook's page.</p>
      <div class="command">
        <code>{webhook.secret}</code>
        <CopyButton text={webhook.secret ?? ""} label="Copy the secret" bare />
      </div>
      <div class="dialog-actions">
        <button type="button" class="button primary" data-first onClick={go}>
          Open the webhook
        </button>
      </div>
    </Dialog>
  );
}

function Form({ webhook }: { webhook: Webhook | undefined }) {
  const form = useForm({
    url: webhook?.url ?? "",
    templateId: webhook?.templateId ?? address.value.query.get("templateId") ?? "",
    description: webhook?.description ?? "",
    secret: "",
    events: webhook?.events ?? (["all"] as EventName[]),
    timeoutMs: String((webhook?.timeoutMs ?? 600_000) / 1000),
    retrySchedule: webhook ? webhook.retrySchedule.map(seconds).join(", ") : defaultSchedule,
    retryOn4xx: webhook?.retryOn4xx ?? false,
    onHalt: webhook?.onHalt ?? ("next" as "next" | "hold"),
    headers: headersText(webhook?.headers ?? {}),
    ...tlsOf(webhook),
  });
  const [allowed, setAllowed] = useState<boolean>();
  const [made, setMade] = useState<Webhook>();
  const { value, set, errorOf } = form;
  const schedule = readSchedule(value.retrySchedule);
  const headers = readHeaders(value.headers);
  const sameUrl = webhook?.url === value.url.trim();
  const timed = Number(value.timeoutMs) >= 1 && Number(value.timeoutMs) <= 3600;
  const missing = !mayChange()
    ? readOnlyReason()
    : !value.url.trim()
      ? "It needs a URL."
      : !(allowed || sameUrl)
        ? "Its url is not allowed."
        : !schedule || !headers || !timed
          ? "A field under limits and retries cannot be read."
          : undefined;
  const ready = !missing;
  const save = (event: Event) => {
    event.preventDefault();
    if (!ready) return;
    void form.submit(async () => {
      const fields: Partial<Webhook> = {
        url: value.url.trim(),
        templateId: value.templateId || null,
        description: value.description,
        events: value.events,
        timeoutMs: Math.round(Number(value.timeoutMs) * 1000),
        retrySchedule: schedule,
        retryOn4xx: value.retryOn4xx,
        onHalt: value.onHalt,
        headers,
        ...changedTls(value, webhook),
      };
      if (webhook) {
        keepWebhooks([await api.updateWebhook(webhook.id, fields)]);
        navigate(`/webhooks/${webhook.id}`);
        return;
      }
      if (value.secret) fields.secret = value.secret;
      const created = await api.createWebhook(fields);
      const { secret: _secret, ...kept } = created;
      keepWebhooks([kept]);
      setMade(created);
    });
  };
  const named = ["url", "templateId", "timeoutMs", "retrySchedule", "headers", "secret", "description", "events", "tlsCa", "tlsCertificate", "tlsPrivateKey"];
  return (
    <form class="form" onSubmit={save} onKeyDown={submitOnCtrlEnter}>
      {form.problem && !named.includes(form.problem.field ?? "") && <ProblemBox problem={form.problem} />}
      <div class="columns webhook">
        <Card title="Where to">
          <UrlField label="url" name="url" value={value.url} onChange={(url) => set({ url })} onVerdict={setAllowed} error={errorOf("url")} />
          <label class="field">
            <span>templateId</span>
            <select class="input" value={value.templateId} onChange={(event) => set({ templateId: event.currentTarget.value })}>
              <option value="">all importers</option>
              {[...importers.value.values()].map((each) => (
                <option key={each.id} value={each.id}>
                  {flat(each.name || each.id)}
                </option>
              ))}
            </select>
            {errorOf("templateId") && <span class="field-error">{errorOf("templateId")}</span>}
          </label>
          <label class="field">
            <span>description</span>
            <input class="input" value={value.description} onInput={(event) => set({ description: event.currentTarget.value })} />
          </label>
          {!webhook && (
            <label class="field">
              <span>secret</span>
              <input
                class="input mono"
                type="password"
                autocomplete="off"
                value={value.secret}
                placeholder="made when left empty"
                onInput={(event) => set({ secret: event.currentTarget.value })}
              />
              {errorOf("secret") && <span class="field-error"><Text value={errorOf("secret") ?? ""} /></span>}
            </label>
          )}
          <fieldset class="plain">
            <legend class="field-label">events</legend>
            <EventBoxes value={value.events} onChange={(events) => set({ events })} />
          </fieldset>
        </Card>
        <div>
          <Card title="Limits and retries">
            <label class="field">
              <span>timeoutMs</span>
              <span class="row">
                <input class="input short" inputMode="numeric" value={value.timeoutMs} onInput={(event) => set({ timeoutMs: event.currentTarget.value })} />
                seconds, 1 to 3,600: receivers work inside the request
              </span>
              {!timed && <span class="field-error">A number of seconds, 1 to 3,600</span>}
              {errorOf("timeoutMs") && <span class="field-error">{errorOf("timeoutMs")}</span>}
            </label>
            <label class="field">
              <span>retrySchedule</span>
              <input
                class="input"
                value={value.retrySchedule}
                aria-invalid={schedule ? undefined : "true"}
                onInput={(event) => set({ retrySchedule: event.currentTarget.value })}
              />
              {!schedule && <span class="field-error">Write spans and commas: 0 s, 5 s, 2 min, 1 h</span>}
              {errorOf("retrySchedule") && <span class="field-error">{errorOf("retrySchedule")}</span>}
            </label>
            <label class="check">
              <input type="checkbox" checked={value.retryOn4xx} onChange={(event) => set({ retryOn4xx: event.currentTarget.checked })} />
              <span>
                <code>retryOn4xx</code> <span class="muted">try other 4xx again instead of halting at once</span>
              </span>
            </label>
            <label class="field">
              <span>onHalt</span>
              <select class="input" value={value.onHalt} onChange={(event) => set({ onHalt: event.currentTarget.value as "next" | "hold" })}>
                <option value="next">continue with the next import</option>
                <option value="hold">hold the lane until it is resumed or cancelled</option>
              </select>
            </label>
            <label class="field">
              <span>headers</span>
              <textarea
                class="input mono"
                value={value.headers}
                placeholder="X-Tenant: acme"
                aria-invalid={headers ? undefined : "true"}
                onInput={(event) => set({ headers: event.currentTarget.value })}
              />
              {!headers && <span class="field-error">One header a line: Name: value</span>}
              {errorOf("headers") && <span class="field-error"><Text value={errorOf("headers") ?? ""} /></span>}
            </label>
          </Card>
          <TlsFields webhook={webhook} value={value} set={set} errorOf={errorOf} />
        </div>
      </div>
      <div class="form-actions">
        <button type="submit" class="button primary" disabled={!ready} aria-busy={form.busy || undefined}>
          {webhook ? "Save" : "Create the webhook"}
          <kbd>Ctrl Enter</kbd>
        </button>
        <a class="button quiet" href={webhook ? `/webhooks/${webhook.id}` : "/webhooks"}>
          Cancel
        </a>
        {missing && <span class="muted">{missing}</span>}
      </div>
      {made && <SecretOnce webhook={made} />}
    </form>
  );
}

export function WebhookForm({ id }: { id?: string }) {
  const existing = useResource<Webhook>(id && `webhook ${id}`, () => api.webhook(id as string));
  return (
    <>
      <PageHead crumbs={<a href="/webhooks">Webhooks</a>} title={id ? "Edit webhook" : "New webhook"} name={id ? "Edit webhook" : "New webhook"} />
      {existing.problem && <ProblemBox problem={existing.problem} onRetry={existing.reload} />}
      {existing.loading && <SkeletonBlock lines={6} loading />}
      {(!id || existing.data) && <Form webhook={existing.data} />}
    </>
  );
}
