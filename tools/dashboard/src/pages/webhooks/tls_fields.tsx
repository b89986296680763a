import { useState } from "preact/hooks";
import type { Webhook } from "../../../api";
import { pemOrNull, samePem } from "../../lib/pem";
import { Card } from "../../components/card";
import { Text } from "../../components/text";

export interface TlsValues {
  tlsCa: string;
  tlsCertificate: string;
  /** What was typed here; the daemon never tells the one that it has. */
  tlsPrivateKey: string;
}

export const tlsOf = (webhook: Webhook | undefined): TlsValues => ({
  tlsCa: webhook?.tlsCa ?? "",
  tlsCertificate: webhook?.tlsCertificate ?? "",
  tlsPrivateKey: "",
});

/** What of it has to be sent: what was changed, so that the key that the daemon has stays where nobody typed another. */
export function changedTls(value: TlsValues, webhook: Webhook | undefined): Partial<Webhook> {
  const before = tlsOf(webhook);
  const fields: Partial<Webhook> = {};
  if (!samePem(value.tlsCa, before.tlsCa)) fields.tlsCa = pemOrNull(value.tlsCa);
  if (!samePem(value.tlsCertificate, before.tlsCertificate)) fields.tlsCertificate = pemOrNull(value.tlsCertificate);
  if (value.tlsPrivateKey.trim()) fields.tlsPrivateKey = pemOrNull(value.tlsPrivateKey);
  return fields;
}

function Pem({
  name,
  hint,
  value,
  placeholder,
  error,
  onInput,
}: {
  name: keyof TlsValues;
  hint: string;
  value: string;
  placeholder: string;
  error: string | undefined;
  onInput: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{name}</span>
      <textarea
        class={`input mono pem ${name === "tlsPrivateKey" ? "unread" : ""}`}
        rows={3}
        spellcheck={false}
        autocomplete="off"
        value={value}
        placeholder={placeholder}
        aria-invalid={error ? "true" : undefined}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <span class="hint">{hint}</span>
      {error && (
        <span class="field-error">
          <Text value={error} />
        </span>
      )}
    </label>
  );
}

/** An authority of its own and a client certificate, for receivers that are not reached with the system's alone. */
export function TlsFields({
  webhook,
  value,
  set,
  errorOf,
}: {
  webhook: Webhook | undefined;
  value: TlsValues;
  set: (changes: Partial<TlsValues>) => void;
  errorOf: (field: string) => string | undefined;
}) {
  const kept = !!webhook?.tlsCertificate && !!value.tlsCertificate.trim();
  const fields = [
    { name: "tlsCa", hint: "Certificates trusted for this webhook beside the system's.", placeholder: "-----BEGIN CERTIFICATE-----" },
    { name: "tlsCertificate", hint: "Shown to a receiver that asks for one: its own first, then the chain.", placeholder: "-----BEGIN CERTIFICATE-----" },
    {
      name: "tlsPrivateKey",
      hint: "Of that certificate, not encrypted. It is never shown again.",
      placeholder: kept ? "kept; paste another one to replace it" : "-----BEGIN PRIVATE KEY-----",
    },
  ] as const;
  // Open where there is something to see at first, and where the daemon refused something; from then on it is the
  // reader's: it must not shut while the last field is emptied to be filled again.
  const [open, setOpen] = useState(() => fields.some(({ name }) => value[name].trim()));
  const refused = fields.some(({ name }) => errorOf(name));
  return (
    <Card title="TLS" hint="PEM; empty where the system's authorities are enough">
      <details open={open || refused} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Own authority, client certificate</summary>
        {fields.map(({ name, hint, placeholder }) => (
          <Pem
            key={name}
            name={name}
            hint={hint}
            placeholder={placeholder}
            value={value[name]}
            error={errorOf(name)}
            onInput={(text) => set({ [name]: text })}
          />
        ))}
      </details>
    </Card>
  );
}
